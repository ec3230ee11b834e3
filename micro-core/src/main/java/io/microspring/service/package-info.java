/**
 * One running service: a name, a client and a server (go-micro: micro.Service,
 * micro.Function, config/cmd).
 */
@NullMarked
package io.microspring.service;

import org.jspecify.annotations.NullMarked;

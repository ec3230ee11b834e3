/**
 * Calls the popular service (go-micro: a client generated from a .proto).
 */
@NullMarked
package io.microspring.samples.popularclient;

import org.jspecify.annotations.NullMarked;

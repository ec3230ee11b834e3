/**
 * Calls a service with plain records (go-micro: a client with its own structs).
 */
@NullMarked
package io.microspring.samples.recordsclient;

import org.jspecify.annotations.NullMarked;

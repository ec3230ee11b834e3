/**
 * Helidon 4 over HTTP/1.1, protobuf in the bodies: a virtual thread for each connection,
 * blocking handlers and its own blocking client, which is what its makers built it for
 * (helidon.io, Helidon SE, "WebServer" and "WebClient"). The client's cache of
 * connections is as large as there are calls at a time, or each call above 256 would open
 * one; and small segments are not held back ({@code tcp-no-delay}), or messages of 64 KiB
 * wait 40 ms for an acknowledgement. All else is the default. go-micro has no
 * counterpart.
 */
@NullMarked
package io.microspring.benchmarks.helidon;

import org.jspecify.annotations.NullMarked;

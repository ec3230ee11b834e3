/**
 * Vert.x over HTTP/1.1, protobuf in the bodies. As its makers advise (vertx.io, Vert.x
 * Core, "Scaling HTTP servers" and "Native transports"): one verticle for each core,
 * handlers on the event loop, the native transport preferred, and a pool of as many
 * connections as there are calls at a time; the client's calls begin and end on its event
 * loops, one for each core. All else is the default. go-micro has no counterpart.
 */
@NullMarked
package io.microspring.benchmarks.vertx;

import org.jspecify.annotations.NullMarked;

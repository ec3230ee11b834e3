/**
 * Armeria. gRPC: the stub of grpc-java on Armeria's server and client, handlers on the
 * event loop, which is its default and what it advises for handlers that do not block
 * (armeria.dev, "Running a gRPC service": {@code useBlockingTaskExecutor} is for those
 * that do). JSON: an annotated service and {@code RestClient}, over HTTP/1.1 without TLS.
 * Both leave the number of loops, the epoll transport that Armeria brings, flow control
 * and the timeouts at their defaults. Protobuf and gRPC are of the versions that Armeria
 * is built with. go-micro has no counterpart.
 */
@NullMarked
package io.microspring.benchmarks.armeria;

import org.jspecify.annotations.NullMarked;

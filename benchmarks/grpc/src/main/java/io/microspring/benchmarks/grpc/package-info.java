/**
 * grpc-java, as its makers have it (go-micro's {@code server/grpc} is grpc-go).
 */
@NullMarked
package io.microspring.benchmarks.grpc;

import org.jspecify.annotations.NullMarked;

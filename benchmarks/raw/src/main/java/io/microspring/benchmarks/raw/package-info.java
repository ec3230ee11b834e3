/**
 * What Netty can do on the same wire without a framework: limits, no products. They have
 * no discovery, deadline, metadata or tracing. go-micro has none.
 */
@NullMarked
package io.microspring.benchmarks.raw;

import org.jspecify.annotations.NullMarked;

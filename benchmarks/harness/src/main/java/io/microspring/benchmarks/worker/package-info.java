/**
 * The processes of a peer: they serve or call, and are told what to do by lines on
 * standard input. go-micro has none.
 */
@NullMarked
package io.microspring.benchmarks.worker;

import org.jspecify.annotations.NullMarked;

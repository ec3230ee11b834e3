/**
 * The harness that measures peers side by side: what a peer implements, the two processes
 * it runs in, and the controller that takes turns between them. go-micro has none.
 */
@NullMarked
package io.microspring.benchmarks;

import org.jspecify.annotations.NullMarked;

/**
 * What happens inside one process, under JMH; go-micro measures the same with
 * {@code go test -bench}.
 */
@NullMarked
package io.microspring.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;

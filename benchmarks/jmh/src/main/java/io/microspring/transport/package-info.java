/**
 * Benchmarks of what the package of this name keeps to itself; go-micro's counterpart is
 * {@code net/http}.
 */
@NullMarked
package io.microspring.transport;

import org.jspecify.annotations.NullMarked;

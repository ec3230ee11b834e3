/**
 * micro-spring-boot, used as a program without Spring uses it: through its public
 * interfaces only. go-micro's counterpart are its own benchmarks.
 */
@NullMarked
package io.microspring.benchmarks.ours;

import org.jspecify.annotations.NullMarked;

/**
 * Calls between two Spring Boot applications with the starter, beside the same calls
 * without Spring.
 */
@NullMarked
package io.microspring.benchmarks.spring;

import org.jspecify.annotations.NullMarked;

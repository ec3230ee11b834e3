/**
 * From publishing to the handler, each broker beside what it is built on.
 */
@NullMarked
package io.microspring.benchmarks.broker;

import org.jspecify.annotations.NullMarked;

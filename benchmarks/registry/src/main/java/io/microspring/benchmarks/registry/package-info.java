/**
 * What registries cost beside a look-up. go-micro has none.
 */
@NullMarked
package io.microspring.benchmarks.registry;

import org.jspecify.annotations.NullMarked;

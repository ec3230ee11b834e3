/**
 * The controller: starts the peers' processes, takes turns between them, and says how
 * they compare. go-micro has none.
 */
@NullMarked
package io.microspring.benchmarks.controller;

import org.jspecify.annotations.NullMarked;

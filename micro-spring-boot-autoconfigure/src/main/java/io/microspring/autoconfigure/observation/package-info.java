/**
 * Observes calls, publications and deliveries for metrics and traces (go-micro: the
 * plugins wrapper/trace and wrapper/monitoring).
 */
@NullMarked
package io.microspring.autoconfigure.observation;

import org.jspecify.annotations.NullMarked;

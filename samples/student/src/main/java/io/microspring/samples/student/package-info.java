/**
 * Hears of students (go-micro: examples/pubsub and examples/broker).
 */
@NullMarked
package io.microspring.samples.student;

import org.jspecify.annotations.NullMarked;

/**
 * Tells of students (go-micro: examples/pubsub and examples/broker).
 */
@NullMarked
package io.microspring.samples.studentpublisher;

import org.jspecify.annotations.NullMarked;

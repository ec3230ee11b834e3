/**
 * The threads everything runs on, chosen in one class (go-micro has goroutines instead).
 */
@NullMarked
package io.microspring.concurrent;

import org.jspecify.annotations.NullMarked;

/**
 * How a part that can be out of order says how it is (go-micro has no counterpart).
 */
@NullMarked
package io.microspring.health;

import org.jspecify.annotations.NullMarked;

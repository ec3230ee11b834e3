/**
 * Which servers come in which containers (go-micro has no counterpart).
 */
@NullMarked
package io.microspring.autoconfigure.container;

import org.jspecify.annotations.NullMarked;

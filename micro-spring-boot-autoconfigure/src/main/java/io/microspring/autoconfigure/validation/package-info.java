/**
 * Refuses requests that break their constraints (go-micro has no counterpart).
 */
@NullMarked
package io.microspring.autoconfigure.validation;

import org.jspecify.annotations.NullMarked;

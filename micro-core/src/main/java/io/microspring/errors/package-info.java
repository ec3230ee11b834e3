/**
 * The one error type, on the wire and in code (go-micro: errors).
 */
@NullMarked
package io.microspring.errors;

import org.jspecify.annotations.NullMarked;

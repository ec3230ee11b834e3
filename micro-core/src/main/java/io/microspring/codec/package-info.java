/**
 * Turns objects into message bodies and back, chosen by content type (go-micro: codec).
 */
@NullMarked
package io.microspring.codec;

import org.jspecify.annotations.NullMarked;

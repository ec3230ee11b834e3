/**
 * The optional backends by name (go-micro: the imports of go-plugins).
 */
@NullMarked
package io.microspring.plugins;

import org.jspecify.annotations.NullMarked;

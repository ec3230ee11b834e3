/**
 * What the options of all parts have in common (go-micro: the functional options of each
 * interface, which check nothing).
 */
@NullMarked
package io.microspring.options;

import org.jspecify.annotations.NullMarked;

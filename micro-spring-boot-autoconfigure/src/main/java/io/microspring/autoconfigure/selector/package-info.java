/**
 * Makes the selector and its strategy (go-micro: the flag --selector).
 */
@NullMarked
package io.microspring.autoconfigure.selector;

import org.jspecify.annotations.NullMarked;

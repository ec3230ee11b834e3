/**
 * Picks a node of a service for a call (go-micro: selector).
 */
@NullMarked
package io.microspring.selector;

import org.jspecify.annotations.NullMarked;

/**
 * A service with two brokers (go-micro: two brokers by hand).
 */
@NullMarked
package io.microspring.samples.polyglot;

import org.jspecify.annotations.NullMarked;

/**
 * A service that greets (go-micro: examples/greeter/srv).
 */
@NullMarked
package io.microspring.samples.greeter;

import org.jspecify.annotations.NullMarked;

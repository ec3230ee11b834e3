/**
 * Calls the greeter (go-micro: examples/greeter/cli).
 */
@NullMarked
package io.microspring.samples.greeterclient;

import org.jspecify.annotations.NullMarked;

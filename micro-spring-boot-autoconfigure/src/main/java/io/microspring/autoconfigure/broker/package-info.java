/**
 * Makes the broker that was chosen (go-micro: the flags --broker and --broker_address).
 */
@NullMarked
package io.microspring.autoconfigure.broker;

import org.jspecify.annotations.NullMarked;

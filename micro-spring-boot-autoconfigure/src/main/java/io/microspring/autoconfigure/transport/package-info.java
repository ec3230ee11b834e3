/**
 * Makes the transport that was chosen (go-micro: the flags --transport and
 * --transport_address).
 */
@NullMarked
package io.microspring.autoconfigure.transport;

import org.jspecify.annotations.NullMarked;

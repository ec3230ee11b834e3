/**
 * What travels: headers and a body, one type for transports and brokers (go-micro:
 * transport.Message, broker.Message, metadata).
 */
@NullMarked
package io.microspring.message;

import org.jspecify.annotations.NullMarked;

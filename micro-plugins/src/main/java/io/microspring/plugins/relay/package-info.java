/**
 * What transports share whose connections go through a server in between, and are none to
 * it (go-micro: the pseudo-connections of {@code transport/nats} and
 * {@code transport/rabbitmq}).
 */
@NullMarked
package io.microspring.plugins.relay;

import org.jspecify.annotations.NullMarked;

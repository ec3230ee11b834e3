/**
 * RabbitMQ as the transport (go-micro: {@code go-plugins/transport/rabbitmq}).
 */
@NullMarked
package io.microspring.plugins.transport.rabbitmq;

import org.jspecify.annotations.NullMarked;

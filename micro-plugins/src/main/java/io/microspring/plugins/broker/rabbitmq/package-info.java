/**
 * RabbitMQ as the broker (go-micro: {@code go-plugins/broker/rabbitmq}).
 */
@NullMarked
package io.microspring.plugins.broker.rabbitmq;

import org.jspecify.annotations.NullMarked;

/**
 * What the RabbitMQ broker and the RabbitMQ transport share: where the server is, and how
 * a message stands there (go-micro: {@code connection.go} and {@code channel.go} of
 * {@code go-plugins/broker/rabbitmq} and {@code go-plugins/transport/rabbitmq}).
 */
@NullMarked
package io.microspring.plugins.rabbitmq;

import org.jspecify.annotations.NullMarked;

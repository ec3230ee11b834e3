/**
 * Kafka as the broker (go-micro: go-plugins/broker/kafka).
 */
@NullMarked
package io.microspring.plugins.broker.kafka;

import org.jspecify.annotations.NullMarked;

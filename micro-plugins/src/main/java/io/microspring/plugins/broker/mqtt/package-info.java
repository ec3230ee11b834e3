/**
 * Messages over MQTT (go-micro: {@code go-plugins/broker/mqtt}).
 */
@NullMarked
package io.microspring.plugins.broker.mqtt;

import org.jspecify.annotations.NullMarked;

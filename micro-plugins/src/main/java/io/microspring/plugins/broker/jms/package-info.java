/**
 * JMS as the broker, by Artemis or ActiveMQ Classic (go-micro: go-plugins/broker/stomp).
 */
@NullMarked
package io.microspring.plugins.broker.jms;

import org.jspecify.annotations.NullMarked;

package io.microspring.autoconfigure.broker;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What carries messages by topic.
 *
 * @param type Name of the broker.
 * @param address Addresses of the broker, with commas between, or where it listens; empty
 * for its own default.
 */
@ConfigurationProperties("micro.broker")
public record BrokerProperties(@DefaultValue("http") String type, @DefaultValue("") String address) {

}

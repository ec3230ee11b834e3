package io.microspring.autoconfigure.transport;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What carries calls.
 *
 * @param type Name of the transport: http, grpc, memory, nats or rabbitmq.
 * @param address Addresses of what the transport goes through, with commas between; empty
 * for its own default.
 */
@ConfigurationProperties("micro.transport")
public record TransportProperties(@DefaultValue("http") String type, @DefaultValue("") String address) {

}

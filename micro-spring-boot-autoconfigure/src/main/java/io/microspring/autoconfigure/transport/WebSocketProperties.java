package io.microspring.autoconfigure.transport;

import java.util.Set;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * WebSockets of the server.
 *
 * @param allowedOrigins Origins whose pages may open WebSockets, such as
 * https://example.com, beside those of the server's own host; an asterisk for any.
 */
@ConfigurationProperties("micro.server.websocket")
public record WebSocketProperties(@DefaultValue Set<String> allowedOrigins) {

}

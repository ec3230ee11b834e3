package io.microspring.autoconfigure.transport;

import java.time.Duration;

import io.microspring.autoconfigure.ByteLimit;
import io.microspring.transport.HttpOptions;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Limits and time-outs of the HTTP transport.
 *
 * @param maxMessageSize Largest body, sent or received.
 * @param maxHeaderSize Largest header section.
 * @param readTimeout How long the rest of a message may take once its first byte is
 * there.
 * @param idleTimeout How long a connection may be open while nothing happens on it.
 * @param eventLoops How many threads wait for the network; zero for one for every two
 * processors.
 * @param nativeTransport Whether to wait for the network with epoll where its library is
 * on the class path and fits the system.
 */
@ConfigurationProperties("micro.transport.http")
public record HttpTransportProperties(@DefaultValue("4MB") DataSize maxMessageSize,
		@DefaultValue("64KB") DataSize maxHeaderSize, @DefaultValue("30s") Duration readTimeout,
		@DefaultValue("5m") Duration idleTimeout, @DefaultValue("0") int eventLoops,
		@DefaultValue("true") boolean nativeTransport) {

	HttpOptions toOptions() {
		return HttpOptions.defaults()
			.withMaxMessageSize(new ByteLimit("micro.transport.http.max-message-size", this.maxMessageSize).bytes())
			.withMaxHeaderSize(new ByteLimit("micro.transport.http.max-header-size", this.maxHeaderSize).bytes())
			.withReadTimeout(this.readTimeout)
			.withIdleTimeout(this.idleTimeout)
			.withEventLoops(this.eventLoops)
			.withNativeTransport(this.nativeTransport);
	}

}

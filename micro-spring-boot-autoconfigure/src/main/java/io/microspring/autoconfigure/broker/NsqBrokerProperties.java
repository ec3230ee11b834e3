package io.microspring.autoconfigure.broker;

import java.time.Duration;

import io.microspring.autoconfigure.BackendSsl;
import io.microspring.autoconfigure.ByteLimit;
import io.microspring.plugins.broker.nsq.NsqOptions;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How the NSQ broker works.
 *
 * @param secret What is shown to an nsqd that asks for it.
 * @param timeout How long connecting, publishing and subscribing may take, each.
 * @param messageTimeout How long nsqd waits for word of a message before it gives it to
 * somebody else.
 * @param maxInFlight How many messages each nsqd sends a subscription that are not
 * acknowledged.
 * @param maxDeliveries How often nsqd may send a message of which nobody says what became
 * of it, before it goes to the dead letter topic.
 * @param maxMessageSize Largest message that is sent or accepted, in its envelope.
 * @param lookupdAddress Where nsqlookupd answers over HTTP, several separated by commas;
 * with it, subscriptions find their nsqds.
 * @param lookupdInterval How often a subscription asks for the nsqds of its topic, 30 %
 * more or less.
 * @param ssl TLS to every nsqd, and to an nsqlookupd by https; to nsqds it is on when
 * anything of it is set.
 */
@ConfigurationProperties("micro.broker.nsq")
public record NsqBrokerProperties(@DefaultValue("") String secret, @DefaultValue("10s") Duration timeout,
		@DefaultValue("60s") Duration messageTimeout, @DefaultValue("100") int maxInFlight,
		@DefaultValue("20") int maxDeliveries, @DefaultValue("4MB") DataSize maxMessageSize,
		@DefaultValue("") String lookupdAddress, @DefaultValue("60s") Duration lookupdInterval,
		@DefaultValue @NestedConfigurationProperty BackendSsl ssl) {

	NsqOptions toOptions(@Nullable TlsOptions tls) {
		return NsqOptions.defaults()
			.withSecret(this.secret)
			.withTimeout(this.timeout)
			.withMessageTimeout(this.messageTimeout)
			.withMaxInFlight(this.maxInFlight)
			.withMaxDeliveries(this.maxDeliveries)
			.withMaxMessageSize(new ByteLimit("micro.broker.nsq.max-message-size", this.maxMessageSize).bytes())
			.withLookupdAddress(this.lookupdAddress)
			.withLookupdInterval(this.lookupdInterval)
			.withTls(tls);
	}

	@Override
	public String toString() {
		return toOptions(this.ssl.withoutBundle()).toString();
	}

}

package io.microspring.autoconfigure.registry;

import java.time.Duration;

import io.microspring.plugins.registry.consul.ConsulOptions;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the Consul registry works.
 *
 * @param token ACL token; empty for none.
 * @param datacenter Data centre to look services up in; empty for the agent's own.
 * @param timeout How long to wait for a connection and for an answer.
 * @param waitTime How long a watch asks Consul to hold a question back while nothing
 * changes.
 */
@ConfigurationProperties("micro.registry.consul")
public record ConsulProperties(@DefaultValue("") String token, @DefaultValue("") String datacenter,
		@DefaultValue("5s") Duration timeout, @DefaultValue("55s") Duration waitTime) {

	ConsulOptions toOptions(String address) {
		return ConsulOptions.defaults()
			.withAddress(address)
			.withToken(this.token)
			.withDatacenter(this.datacenter)
			.withTimeout(this.timeout)
			.withWaitTime(this.waitTime);
	}

	@Override
	public String toString() {
		return toOptions("").toString();
	}

}

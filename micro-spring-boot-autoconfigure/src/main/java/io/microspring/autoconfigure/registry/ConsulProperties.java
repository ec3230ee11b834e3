package io.microspring.autoconfigure.registry;

import java.time.Duration;

import io.microspring.autoconfigure.BackendSsl;
import io.microspring.plugins.registry.consul.ConsulOptions;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the Consul registry works.
 *
 * @param token ACL token; empty for none.
 * @param datacenter Data centre to look services up in; empty for the agent's own.
 * @param consistency How fresh look-ups are; watches always ask the leader.
 * @param check How Consul knows that a service lives.
 * @param deregisterCriticalAfter How long a service may fail its check before Consul
 * removes it, who makes a minute of less; empty for its time to live and 5 s.
 * @param timeout How long to wait for a connection and for an answer.
 * @param waitTime How long a watch asks Consul to hold a question back while nothing
 * changes.
 * @param ssl TLS to Consul; it is on when anything of it is set, or the address begins
 * with https://.
 */
@ConfigurationProperties("micro.registry.consul")
public record ConsulProperties(@DefaultValue("") String token, @DefaultValue("") String datacenter,
		@DefaultValue("stale") ConsulOptions.Consistency consistency, @DefaultValue Check check,
		@Nullable Duration deregisterCriticalAfter, @DefaultValue("5s") Duration timeout,
		@DefaultValue("55s") Duration waitTime, @DefaultValue @NestedConfigurationProperty BackendSsl ssl) {

	ConsulOptions toOptions(String address, @Nullable TlsOptions tls) {
		return ConsulOptions.defaults()
			.withAddress(address)
			.withToken(this.token)
			.withDatacenter(this.datacenter)
			.withTls(tls)
			.withConsistency(this.consistency)
			.withCheck(new ConsulOptions.Check(this.check.type(), this.check.url(), this.check.interval(),
					this.check.timeout()))
			.withDeregisterCriticalAfter(this.deregisterCriticalAfter)
			.withTimeout(this.timeout)
			.withWaitTime(this.waitTime);
	}

	@Override
	public String toString() {
		return toOptions("", this.ssl.withoutBundle()).toString();
	}

	/**
	 * How Consul knows that a service lives.
	 *
	 * @param type Whether the service says so within its time to live, or Consul looks by
	 * TCP or HTTP.
	 * @param url What is asked by HTTP, with {host} and {port} for the service's; empty
	 * for Debug.Health, which every service answers.
	 * @param interval How often Consul looks.
	 * @param timeout How long Consul waits for an answer.
	 */
	public record Check(@DefaultValue("ttl") ConsulOptions.Check.Kind type, @DefaultValue("") String url,
			@DefaultValue("10s") Duration interval, @DefaultValue("5s") Duration timeout) {
	}

}

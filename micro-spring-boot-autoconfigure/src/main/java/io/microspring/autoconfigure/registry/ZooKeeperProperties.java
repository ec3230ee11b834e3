package io.microspring.autoconfigure.registry;

import java.time.Duration;
import java.util.Map;

import io.microspring.plugins.registry.zookeeper.ZooKeeperOptions;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the ZooKeeper registry works.
 *
 * @param namespace Path above /micro-registry, made when it is not there; empty for none.
 * @param username User for digest authentication; empty for none. Services that are
 * registered then belong to that user alone.
 * @param password Password of the user.
 * @param ephemeral Whether nodes live as long as the session, instead of until they are
 * deregistered as go-micro's.
 * @param timeout How long to wait for a connection and for an answer.
 * @param sessionTimeout How long the session lives on when ZooKeeper hears nothing of
 * this process.
 * @param properties ZooKeeper's own settings of its clients, such as those of TLS, which
 * is on when any zookeeper.ssl.* is set.
 */
@ConfigurationProperties("micro.registry.zookeeper")
public record ZooKeeperProperties(@DefaultValue("") String namespace, @DefaultValue("") String username,
		@DefaultValue("") String password, @DefaultValue("true") boolean ephemeral,
		@DefaultValue("5s") Duration timeout, @DefaultValue("10s") Duration sessionTimeout,
		@DefaultValue Map<String, String> properties) {

	ZooKeeperOptions toOptions(String address) {
		return ZooKeeperOptions.defaults()
			.withAddress(address)
			.withNamespace(this.namespace)
			.withCredentials(this.username, this.password)
			.withEphemeral(this.ephemeral)
			.withTimeout(this.timeout)
			.withSessionTimeout(this.sessionTimeout)
			.withProperties(this.properties);
	}

	@Override
	public String toString() {
		return toOptions("").toString();
	}

}

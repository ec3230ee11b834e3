package io.microspring.autoconfigure.broker;

import java.util.List;
import java.util.stream.Collectors;

import io.microspring.plugins.broker.redis.RedisOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails.Node;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails.Sentinel;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails.Standalone;
import org.springframework.boot.ssl.SslBundle;

/**
 * What the application says of Redis by Boot's own properties, SSL bundles and connection
 * details: it stands behind ours.
 *
 * @param details Boot's
 */
record BootRedis(DataRedisConnectionDetails details) {

	/**
	 * Options with Boot's where ours say nothing.
	 * @param own ours
	 * @param address our own address; empty for Boot's
	 * @return both
	 */
	RedisOptions behind(RedisOptions own, String address) {
		RedisOptions options = (address.isBlank() && own.sentinelMaster().isEmpty()) ? where(own) : own;
		SslBundle bundle = this.details.getSslBundle();
		if (own.tls() == null && bundle != null) {
			options = options.withSslContext(bundle.createSslContext());
		}
		String password = text(this.details.getPassword());
		if (own.username().isEmpty() && own.password().isEmpty() && !password.isEmpty()) {
			options = options.withCredentials(text(this.details.getUsername()), password);
		}
		return options;
	}

	private RedisOptions where(RedisOptions own) {
		Sentinel sentinel = this.details.getSentinel();
		if (sentinel != null) {
			return own.withSentinels(addresses(sentinel.getNodes()), sentinel.getMaster(), text(sentinel.getPassword()))
				.withDatabase((own.database() != 0) ? own.database() : sentinel.getDatabase());
		}
		Standalone standalone = this.details.getStandalone();
		if (standalone == null || this.details.getCluster() != null || this.details.getMasterReplica() != null) {
			throw new IllegalArgumentException("The Redis broker speaks to a single server, or to the primary that"
					+ " Sentinels name, but spring.data.redis names a cluster or replicas; set micro.broker.address");
		}
		return own.withAddress(addresses(List.of(new Node(standalone.getHost(), standalone.getPort()))))
			.withDatabase((own.database() != 0) ? own.database() : standalone.getDatabase());
	}

	private static String addresses(List<Node> nodes) {
		return nodes.stream().map((node) -> host(node) + ":" + node.port()).collect(Collectors.joining(","));
	}

	private static String host(Node node) {
		return (node.host().indexOf(':') < 0 || node.host().startsWith("[")) ? node.host() : "[" + node.host() + "]";
	}

	private static String text(@Nullable String value) {
		return (value != null) ? value : "";
	}

}

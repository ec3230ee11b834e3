package io.microspring.docs;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import io.microspring.plugins.registry.zookeeper.ZooKeeperOptions;
import io.microspring.plugins.registry.zookeeper.ZooKeeperRegistry;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The Java of {@code docs/registry-zookeeper.md}, run.
 */
class ZooKeeperPageTest {

	@Test
	void zooKeeperWithoutSpring(@TempDir Path directory) throws Exception {
		try (TestingServer server = new TestingServer(new InstanceSpec(directory.resolve("data").toFile(), -1, -1, -1,
				false, -1, 200, 100, Map.of(), "127.0.0.1"), true)) {
			String address = "127.0.0.1:" + server.getPort();
			String password = "secret";
			Service service = Service.of("greeter", "latest", Node.of("greeter-1", "127.0.0.1:9090"));
			ZooKeeperOptions options = ZooKeeperOptions.defaults()
				.withAddress(address)
				.withCredentials("greeter", password)
				.withSessionTimeout(Duration.ofSeconds(10));
			try (Registry registry = new ZooKeeperRegistry(options)) {
				registry.register(service, Duration.ofSeconds(60));
				assertThat(registry.get("greeter")).containsExactly(service);
			}
		}
	}

}

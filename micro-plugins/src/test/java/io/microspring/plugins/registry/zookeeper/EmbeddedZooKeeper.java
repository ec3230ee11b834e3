package io.microspring.plugins.registry.zookeeper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

import io.microspring.test.server.Backends;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.Version;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A ZooKeeper of this process, on loopback, for the tests of one class. It comes back at
 * the same port, with what it held or without.
 */
final class EmbeddedZooKeeper implements BeforeAllCallback, AfterAllCallback {

	/** Sessions may be as short as twice that. */
	private static final int TICK = 200;

	private Path directory;

	private TestingServer server;

	@Override
	public void beforeAll(ExtensionContext context) throws Exception {
		this.directory = Files.createTempDirectory("micro-zookeeper");
		this.server = open(-1);
		Backends.run("zookeeper", Version.getVersion());
	}

	@Override
	public void afterAll(ExtensionContext context) throws Exception {
		this.server.close();
		try (Stream<Path> files = Files.walk(this.directory)) {
			files.sorted(Comparator.reverseOrder()).forEach((file) -> file.toFile().delete());
		}
	}

	String address() {
		return "127.0.0.1:" + this.server.getPort();
	}

	/** Options for a session that is soon over. */
	ZooKeeperOptions options() {
		return ZooKeeperOptions.defaults().withAddress(address()).withSessionTimeout(Duration.ofSeconds(2));
	}

	void stop() throws IOException {
		this.server.stop();
	}

	void start() throws Exception {
		this.server.restart();
	}

	/** Starts it with nothing in it. */
	void startEmpty() throws Exception {
		int port = this.server.getPort();
		this.server.close();
		this.server = open(port);
	}

	private TestingServer open(int port) throws Exception {
		return new TestingServer(new InstanceSpec(Files.createTempDirectory(this.directory, "data").toFile(), port, -1,
				-1, true, -1, TICK, 200, Map.of("maxSessionTimeout", "60000"), "127.0.0.1"), true);
	}

}

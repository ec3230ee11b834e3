package io.microspring.plugins.registry.zookeeper;

import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A ZooKeeper that speaks TLS to those it knows. It is another process, because it takes
 * its settings from system properties, which would be ours as well.
 */
class ZooKeeperTlsTest {

	@TempDir
	private Path directory;

	private Process server;

	private int port;

	@BeforeEach
	void start() throws Exception {
		X509Bundle authority = new CertificateBuilder().ecp256()
			.subject("CN=authority of a test")
			.setIsCertificateAuthority(true)
			.buildSelfSigned();
		Files.writeString(this.directory.resolve("authority.pem"), authority.getCertificatePEM());
		for (String name : List.of("server", "client")) {
			X509Bundle bundle = new CertificateBuilder().ecp256()
				.subject("CN=" + name)
				.addSanIpAddress("127.0.0.1")
				.addSanDnsName("localhost")
				.buildIssuedBy(authority);
			Files.writeString(this.directory.resolve(name + ".pem"),
					bundle.getPrivateKeyPEM() + "\n" + bundle.getCertificatePathPEM());
		}
		Path port = this.directory.resolve("port");
		this.server = new ProcessBuilder(new File(System.getProperty("java.home"), "bin/java").getPath(), "-cp",
				System.getProperty("java.class.path"), "-XX:TieredStopAtLevel=1",
				"-Dzookeeper.serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory",
				"-Dzookeeper.authProvider.x509=org.apache.zookeeper.server.auth.X509AuthenticationProvider",
				"-Dzookeeper.ssl.keyStore.location=" + this.directory.resolve("server.pem"),
				"-Dzookeeper.ssl.trustStore.location=" + this.directory.resolve("authority.pem"),
				ZooKeeperTlsTest.class.getName(), this.directory.toString())
			.redirectErrorStream(true)
			.redirectOutput(this.directory.resolve("server.log").toFile())
			.start();
		Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> Files.exists(port));
		this.port = Integer.parseInt(Files.readString(port));
	}

	/**
	 * The server: it listens at any port that is free, and writes down which.
	 */
	public static void main(String[] args) throws Exception {
		Path directory = Path.of(args[0]);
		File data = directory.resolve("data").toFile();
		ServerCnxnFactory connections = ServerCnxnFactory.createFactory();
		connections.configure(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100, -1, true);
		connections.startup(new ZooKeeperServer(data, data, 200));
		Path written = Files.writeString(directory.resolve("written"), String.valueOf(connections.getLocalPort()));
		Files.move(written, directory.resolve("port"), StandardCopyOption.ATOMIC_MOVE);
		connections.join();
	}

	@AfterEach
	void stop() throws Exception {
		this.server.destroyForcibly().waitFor();
	}

	@Test
	void whoHasACertificateIsLetInAndNobodyElse() throws Exception {
		Service service = Service.of("secured", "1", Node.of("secured-1", "127.0.0.1:1"));
		Map<String, String> settings = new HashMap<>(
				Map.of("zookeeper.ssl.trustStore.location", this.directory.resolve("authority.pem").toString()));
		Map<String, String> strangers = Map.copyOf(settings);
		settings.put("zookeeper.ssl.keyStore.location", this.directory.resolve("client.pem").toString());
		ZooKeeperOptions options = ZooKeeperOptions.defaults()
			.withAddress("127.0.0.1:" + this.port)
			.withTimeout(Duration.ofSeconds(20));
		try (Registry registry = new ZooKeeperRegistry(options.withProperties(settings))) {
			registry.register(service, Duration.ofMinutes(1));
			for (Map<String, String> refused : List.of(strangers, Map.<String, String>of())) {
				assertIsRefused(options.withTimeout(Duration.ofSeconds(1)).withProperties(refused));
			}
			// Nobody else is let in, but who has a certificate still is.
			try (Registry second = new ZooKeeperRegistry(options.withProperties(settings))) {
				assertThat(second.get("secured")).containsExactly(service);
			}
		}
	}

	private static void assertIsRefused(ZooKeeperOptions options) {
		try (Registry registry = new ZooKeeperRegistry(options)) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(registry::list)
				.withMessageContaining("cannot be reached to list services")
				.withMessageContaining("listens, but begins no session: TLS on one side only");
		}
	}

}

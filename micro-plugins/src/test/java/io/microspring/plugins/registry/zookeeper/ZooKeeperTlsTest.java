package io.microspring.plugins.registry.zookeeper;

import java.io.File;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.apache.zookeeper.server.ZooKeeperServerMain;
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
		try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			this.port = free.getLocalPort();
		}
		Path config = Files.writeString(this.directory.resolve("zoo.cfg"), """
				dataDir={dir}/data
				secureClientPort={port}
				secureClientPortAddress=127.0.0.1
				admin.enableServer=false
				serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory
				ssl.keyStore.location={dir}/server.pem
				ssl.trustStore.location={dir}/authority.pem
				""".replace("{dir}", this.directory.toString()).replace("{port}", String.valueOf(this.port)));
		this.server = new ProcessBuilder(new File(System.getProperty("java.home"), "bin/java").getPath(), "-cp",
				System.getProperty("java.class.path"), "-XX:TieredStopAtLevel=1", ZooKeeperServerMain.class.getName(),
				config.toString())
			.redirectErrorStream(true)
			.redirectOutput(this.directory.resolve("server.log").toFile())
			.start();
	}

	@AfterEach
	void stop() throws Exception {
		this.server.destroyForcibly().waitFor();
	}

	@Test
	void whoHasACertificateIsLetInAndNobodyElse() throws Exception {
		Service service = Service.of("secured", "1", Node.of("secured-1", "127.0.0.1:1"));
		Map<String, String> settings = new HashMap<>(Map.of("zookeeper.client.secure", "true",
				"zookeeper.ssl.trustStore.location", this.directory.resolve("authority.pem").toString()));
		Map<String, String> strangers = Map.copyOf(settings);
		settings.put("zookeeper.ssl.keyStore.location", this.directory.resolve("client.pem").toString());
		ZooKeeperOptions options = ZooKeeperOptions.defaults()
			.withAddress("127.0.0.1:" + this.port)
			.withTimeout(Duration.ofSeconds(2));
		try (Registry registry = new ZooKeeperRegistry(options.withProperties(settings))) {
			Awaitility.await()
				.atMost(Duration.ofSeconds(40))
				.ignoreExceptionsMatching(RegistryException.class::isInstance)
				.untilAsserted(() -> {
					registry.register(service, Duration.ofMinutes(1));
					assertThat(registry.get("secured")).containsExactly(service);
				});
		}
		for (Map<String, String> refused : List.of(strangers, Map.<String, String>of())) {
			try (Registry registry = new ZooKeeperRegistry(
					options.withTimeout(Duration.ofSeconds(1)).withProperties(refused))) {
				assertThatExceptionOfType(RegistryException.class).isThrownBy(registry::list)
					.withMessageContaining("cannot be reached to list services");
			}
		}
	}

}

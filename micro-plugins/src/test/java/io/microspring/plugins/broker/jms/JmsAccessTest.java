package io.microspring.plugins.broker.jms;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.plugins.TestAuthority;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** An Artemis with users, plainly and behind TLS. */
class JmsAccessTest {

	private static final TestAuthority AUTHORITY = new TestAuthority();

	@TempDir
	static Path directory;

	@RegisterExtension
	static final Users SERVER = new Users();

	@Test
	void userIsLetInByPasswordOnly() {
		JmsOptions options = JmsOptions.defaults().withAddress(SERVER.address());
		try (JmsBroker broker = new JmsBroker(options.withCredentials("root", "secret"))) {
			assertGoesThrough(broker);
		}
		for (JmsOptions refused : List.of(options.withCredentials("root", "wrong-one"), options)) {
			try (JmsBroker broker = new JmsBroker(refused)) {
				assertFails(broker, "does not let us in: AMQ229031", true);
				assertThat(broker.health().detail()).contains("does not let us in: AMQ229031")
					.doesNotContain("wrong-one");
			}
		}
	}

	@Test
	void connectionFactoryWithTlsIsUsed() throws Exception {
		Path trusted = directory.resolve("trusted.p12");
		try (OutputStream out = Files.newOutputStream(trusted)) {
			KeyStore authorities = KeyStore.getInstance("PKCS12");
			authorities.load(null, null);
			authorities.setCertificateEntry("authority", AUTHORITY.server().getRootCertificate());
			authorities.store(out, "changeit".toCharArray());
		}
		String url = "tcp://127.0.0.1:" + SERVER.tlsPort + "?sslEnabled=true";
		JmsOptions options = JmsOptions.defaults().withCredentials("root", "secret");
		try (JmsBroker broker = new JmsBroker(
				new ActiveMQConnectionFactory(url + "&trustStorePath=" + trusted + "&trustStorePassword=changeit"),
				options)) {
			assertGoesThrough(broker);
		}
		try (JmsBroker broker = new JmsBroker(new ActiveMQConnectionFactory(url), options)) {
			assertFails(broker, "cannot be reached", false);
		}
	}

	private static void assertGoesThrough(JmsBroker broker) {
		List<Event> received = new CopyOnWriteArrayList<>();
		broker.subscribe("access", SubscribeOptions.defaults(), received::add);
		broker.publish("access", Message.of(Metadata.empty()));
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> received.size() == 1);
	}

	private static void assertFails(JmsBroker broker, String told, boolean denied) {
		assertThatExceptionOfType(BrokerException.class).isThrownBy(broker::connect)
			.matches((ex) -> ex.isDenied() == denied)
			.withMessageContaining(told)
			.withMessageNotContaining("wrong-one");
		assertThatExceptionOfType(BrokerException.class)
			.isThrownBy(() -> broker.subscribe("access", SubscribeOptions.defaults(), (event) -> {
			}))
			.matches((ex) -> ex.isDenied() == denied)
			.withMessageContaining("did not let us subscribe to access")
			.withMessageNotContaining("wrong-one");
	}

	/** Knows one user, and has a second port with TLS. */
	private static final class Users extends JmsServer.OfArtemis {

		private final int tlsPort = freePort();

		@Override
		void change(EmbeddedActiveMQ made, Configuration configuration) throws Exception {
			Path keys = directory.resolve("server.p12");
			try (OutputStream out = Files.newOutputStream(keys)) {
				AUTHORITY.server().toKeyStore("changeit".toCharArray()).store(out, "changeit".toCharArray());
			}
			configuration.setSecurityEnabled(true)
				.addAcceptorConfiguration("tls",
						"tcp://127.0.0.1:" + this.tlsPort + "?protocols=CORE;sslEnabled=true;keyStorePassword=changeit"
								+ ";keyStorePath=" + keys)
				.putSecurityRoles("#", Set
					.of(new Role("all", true, true, true, true, true, true, false, false, true, true, false, false)));
			SecurityConfiguration users = new SecurityConfiguration();
			users.addUser("root", "secret");
			users.addRole("root", "all");
			made.setSecurityManager(new ActiveMQJAASSecurityManager(InVMLoginModule.class.getName(), users));
		}

	}

}

package io.microspring.plugins.broker.jms;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.concurrent.Threads;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.command.ActiveMQTextMessage;
import org.apache.activemq.util.ByteSequence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static io.microspring.plugins.broker.Texts.eventually;
import static io.microspring.plugins.broker.Texts.subscribe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Servers that take no more, and messages that are broken. */
class JmsFaultTest {

	@RegisterExtension
	static final JmsServer FULL = new Full();

	@RegisterExtension
	static final JmsServer CLASSIC = new JmsServer.OfClassic();

	private final String name = "fault." + UUID.randomUUID();

	@Test
	void brokerIsClosedAlsoWhileTheServerTakesNothing() {
		JmsBroker broker = new JmsBroker(FULL.factory(), JmsOptions.defaults());
		broker.subscribe(this.name, SubscribeOptions.defaults().withQueue("q"), (event) -> {
		}).close();
		CompletableFuture<Void> publishing = CompletableFuture.runAsync(() -> {
			for (;;) {
				broker.publish(this.name, new Message(Metadata.empty(), new byte[20_000]));
			}
		}, JmsFaultTest::start);
		eventually().during(Duration.ofSeconds(2)).until(() -> !publishing.isDone());
		CompletableFuture<Void> closing = CompletableFuture.runAsync(broker::close, JmsFaultTest::start);
		eventually().until(closing::isDone);
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> publishing.get(30, TimeUnit.SECONDS))
			.havingCause()
			.isInstanceOf(BrokerException.class)
			.withMessageContaining("closed");
	}

	@Test
	void messageThatIsBrokenGoesToTheDeadLetterTopic() throws Exception {
		try (JmsBroker broker = new JmsBroker(CLASSIC.factory(), JmsOptions.defaults().withVirtualTopics(""))) {
			List<Event> dead = subscribe(broker, this.name + ".dead", SubscribeOptions.defaults());
			SubscribeOptions options = SubscribeOptions.defaults().withDeadLetter(this.name + ".dead");
			List<Event> copies = subscribe(broker, this.name, options);
			List<Event> shared = subscribe(broker, this.name, options.withQueue("q"));
			sendBroken();
			broker.publish(this.name, new Message(Metadata.empty(), "fine".getBytes(StandardCharsets.UTF_8)));
			eventually().untilAsserted(() -> {
				assertThat(dead).hasSize(2);
				assertThat(copies).hasSize(1);
				assertThat(shared).isNotEmpty();
			});
			assertThat(dead.get(0).message().header(Headers.DEAD_LETTER_REASON)).contains("cannot be read");
		}
	}

	@Test
	void connectionWithoutASessionIsNotTakenForAnotherProviders() throws Exception {
		ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory("tcp://" + CLASSIC.address());
		factory.setClientID(this.name);
		try (Connection first = factory.createConnection(); Connection second = factory.createConnection()) {
			first.start();
			assertThatExceptionOfType(JMSException.class).isThrownBy(() -> Provider.of(second))
				.withMessageContaining("it gives no session: ")
				.withMessageContaining("already connected");
		}
	}

	private void sendBroken() throws Exception {
		try (Connection connection = CLASSIC.factory().createConnection();
				Session session = connection.createSession();
				MessageProducer producer = session.createProducer(session.createTopic(this.name))) {
			ActiveMQTextMessage broken = new ActiveMQTextMessage();
			// A text that is said to be longer than it is.
			broken.setContent(new ByteSequence(new byte[] { 0, 0, 1, 0, 'x' }));
			producer.send(broken);
		}
	}

	/** Runs a task on a thread of its own: the JDK's common pool may have but one. */
	private static void start(Runnable task) {
		Threads.start("caller", task);
	}

	/** Lets whoever sends wait, once a queue has 100 kB. */
	private static final class Full extends JmsServer.OfArtemis {

		@Override
		void change(EmbeddedActiveMQ made, Configuration configuration) {
			configuration.addAddressSetting("#", new AddressSettings().setMaxSizeBytes(100_000)
				.setAddressFullMessagePolicy(AddressFullMessagePolicy.BLOCK));
		}

	}

}

package io.microspring.plugins.broker.nats;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.StringValue;
import io.microspring.broker.AckMode;
import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.health.HealthReport;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.plugins.TestAuthority;
import io.microspring.plugins.nats.NatsServers;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.netty.pkitesting.X509Bundle;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Plain NATS in bad times. */
class NatsDeliveryTest {

	private static final TestAuthority AUTHORITY = new TestAuthority();

	@RegisterExtension
	static final ExternalServer NATS = new ExternalServer(ServerRecipe.nats(""));

	@RegisterExtension
	static final ExternalServer LOCKED = new ExternalServer(ServerRecipe.nats("""
			authorization {
			  users = [ { user: fleet, password: secret, permissions: { publish: { deny: [ "forbidden" ] } } } ]
			}
			"""));

	@RegisterExtension
	static final ExternalServer SECURED = new ExternalServer(secured());

	@TempDir
	private Path directory;

	@Test
	void subscriptionsSurviveARestartOfTheServer() {
		NATS.requireOurs();
		List<String> received = new CopyOnWriteArrayList<>();
		try (Broker broker = open()) {
			broker.subscribe("restarted", SubscribeOptions.defaults().withQueue("q"),
					(event) -> received.add(text(event)));
			NATS.stop();
			eventually().until(() -> broker.health().state() != HealthReport.State.UP);
			assertThatExceptionOfType(BrokerException.class)
				.isThrownBy(() -> broker.publish("restarted", message("lost")))
				.withMessageContaining("nats at " + NATS.address() + " cannot be reached to publish to restarted");
			NATS.start();
			eventually().until(() -> {
				try {
					broker.publish("restarted", message("after"));
				}
				catch (BrokerException ex) {
					// not there yet
				}
				return received.contains("after");
			});
			assertThat(broker.health().state()).isEqualTo(HealthReport.State.UP);
		}
	}

	@Test
	void serverThatComesLaterIsFound() {
		NATS.requireOurs();
		NATS.stop();
		try (Broker broker = open()) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(broker::connect)
				.withMessageContaining(NATS.address());
			NATS.start();
			eventually().untilAsserted(broker::connect);
			broker.publish("late", message("x"));
		}
	}

	@Test
	void refusalsSayWhoRefusedWhat() {
		LOCKED.requireOurs();
		NatsBrokerOptions options = NatsBrokerOptions.defaults().withAddress(LOCKED.address());
		try (Broker broker = new NatsBroker(
				options.withServers(options.servers().withCredentials("fleet", "wrong-secret")))) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> broker.publish("t", message("x")))
				.withMessageContaining("publish to t")
				.withMessageContaining("Authorization")
				.matches(BrokerException::isDenied)
				.withMessageNotContaining("wrong-secret");
			assertThat(broker.health().toString()).doesNotContain("wrong-secret");
		}
		try (Broker broker = new NatsBroker(
				options.withServers(options.servers().withCredentials("fleet", "secret")))) {
			broker.publish("allowed", message("x"));
			assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> broker.publish("forbidden", message("x")))
				.withMessageContaining("refused to publish to forbidden")
				.matches(BrokerException::isDenied);
		}
	}

	@Test
	void messagesGoOverTls() {
		List<String> received = new CopyOnWriteArrayList<>();
		NatsServers servers = NatsServers.defaults()
			.withAddress(SECURED.address())
			.withTls(AUTHORITY.client(this.directory));
		try (Broker broker = new NatsBroker(NatsBrokerOptions.defaults().withServers(servers))) {
			broker.subscribe("secured", SubscribeOptions.defaults(), (event) -> received.add(text(event)));
			broker.publish("secured", message("x"));
			eventually().until(() -> received.contains("x"));
		}
	}

	@Test
	void whatNatsDoesNotTakeIsRefused() {
		try (Broker broker = open()) {
			for (String topic : List.of("a b", "a.*", ">", "a..b", ".a", "a.")) {
				assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> broker.publish(topic, message("x")))
					.withMessageContaining("'" + topic + "'")
					.matches(BrokerException::isRefused);
				assertThatExceptionOfType(BrokerException.class)
					.isThrownBy(() -> broker.subscribe(topic, SubscribeOptions.defaults(), (event) -> {
					}))
					.matches(BrokerException::isRefused);
			}
			assertThatExceptionOfType(BrokerException.class)
				.isThrownBy(() -> broker.publish("large", new Message(Metadata.empty(), new byte[1024 * 1024])))
				.withMessageContaining("max_payload")
				.matches(BrokerException::isRefused);
			assertThatExceptionOfType(BrokerException.class).isThrownBy(
					() -> broker.subscribe("t", SubscribeOptions.defaults().withAck(AckMode.MANUAL), (event) -> {
					}))
				.withMessageContaining("redelivery");
			broker.publish("t", message("still fine"));
		}
	}

	@Test
	void messageThatIsNoEnvelopeGoesToTheDeadLetter() throws Exception {
		List<Event> letters = new CopyOnWriteArrayList<>();
		List<String> received = new CopyOnWriteArrayList<>();
		try (Broker broker = open(); Connection go = Nats.connect("nats://" + NATS.address())) {
			broker.subscribe("dead", SubscribeOptions.defaults(), letters::add);
			broker.subscribe("odd", SubscribeOptions.defaults().withDeadLetter("dead"),
					(event) -> received.add(text(event)));
			go.publish("odd", "no envelope".getBytes(StandardCharsets.UTF_8));
			go.publish("odd", new byte[0]);
			go.flush(Duration.ofSeconds(10));
			broker.publish("odd", message("fine"));
			eventually().untilAsserted(() -> assertThat(received).containsExactly("fine"));
			eventually().until(() -> letters.size() == 2);
		}
	}

	@Test
	void protobufArrivesAsItWas() {
		List<Event> received = new CopyOnWriteArrayList<>();
		StringValue student = StringValue.of("Ada");
		try (Broker broker = open()) {
			broker.subscribe("students", SubscribeOptions.defaults(), received::add);
			broker.publish("students",
					new Message(Metadata.of("Content-Type", "application/protobuf"), student.toByteArray()));
			eventually().until(() -> received.size() == 1);
			assertThat(received.get(0).message().header("Content-Type")).isEqualTo("application/protobuf");
			assertThat(received.get(0).message().body()).isEqualTo(student.toByteArray());
		}
	}

	/** More than NATS's client keeps for a subscriber is lost, and none of it kept. */
	@Test
	void slowSubscriberLosesMessagesAndKeepsABoundedNumber() {
		CountDownLatch gate = new CountDownLatch(1);
		AtomicInteger received = new AtomicInteger();
		AtomicInteger quick = new AtomicInteger();
		AtomicBoolean last = new AtomicBoolean();
		try (Broker broker = open()) {
			broker.subscribe("much", SubscribeOptions.defaults(), (event) -> {
				gate.await(40, TimeUnit.SECONDS);
				received.incrementAndGet();
				last.compareAndSet(false, text(event).equals("last"));
			});
			broker.subscribe("much", SubscribeOptions.defaults(), (event) -> quick.incrementAndGet());
			Message large = new Message(Metadata.empty(), new byte[700 * 1024]);
			for (int i = 0; i < 120; i++) {
				broker.publish("much", large);
			}
			eventually().until(() -> quick.get() == 120);
			gate.countDown();
			eventually().until(() -> {
				broker.publish("much", message("last"));
				return last.get();
			});
			// 32 MiB in NATS's client, and 16 messages before the handler, and some of
			// the last.
			assertThat(received.get()).isLessThan(100);
		}
	}

	/** Nobody else of the queue gets them from NATS. */
	@Test
	void messagesThatASubscriberHadNotTakenFromTheClientAreTold() {
		Logger logger = (Logger) LoggerFactory.getLogger(NatsBroker.class);
		ListAppender<ILoggingEvent> log = new ListAppender<>();
		log.start();
		logger.addAppender(log);
		CountDownLatch gate = new CountDownLatch(1);
		AtomicInteger sent = new AtomicInteger();
		try (Broker broker = open()) {
			Subscription leaving = broker.subscribe("left", SubscribeOptions.defaults().withQueue("q"),
					(event) -> gate.await(40, TimeUnit.SECONDS));
			broker.subscribe("left", SubscribeOptions.defaults(), (event) -> sent.incrementAndGet());
			for (int i = 0; i < 40; i++) {
				broker.publish("left", message("text"));
			}
			eventually().until(() -> sent.get() == 40);
			leaving.stop();
			gate.countDown();
			leaving.close();
			// All but the one that is handled and the 15 that wait for the handler.
			eventually()
				.untilAsserted(() -> assertThat(List.copyOf(log.list)).extracting(ILoggingEvent::getFormattedMessage)
					.anyMatch((line) -> line.contains("had taken 24 messages that NATS had sent it")));
		}
		finally {
			gate.countDown();
			logger.detachAppender(log);
		}
	}

	private static Broker open() {
		return new NatsBroker(NatsBrokerOptions.defaults().withAddress(NATS.address()));
	}

	private static Message message(String body) {
		return new Message(Metadata.of("Content-Type", "text/plain"), body.getBytes(StandardCharsets.UTF_8));
	}

	private static String text(Event event) {
		return new String(event.message().body(), StandardCharsets.UTF_8);
	}

	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(50));
	}

	private static ServerRecipe secured() {
		X509Bundle server = AUTHORITY.server();
		return ServerRecipe.nats("""
				tls {
				  cert_file: "{dir}/certificate.pem"
				  key_file: "{dir}/key.pem"
				  ca_file: "{dir}/authority.pem"
				  verify: true
				}
				""", Map.of("certificate.pem", server.getCertificatePathPEM(), "key.pem", server.getPrivateKeyPEM(),
				"authority.pem", AUTHORITY.certificate()));
	}

}

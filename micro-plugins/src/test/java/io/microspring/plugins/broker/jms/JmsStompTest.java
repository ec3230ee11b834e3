package io.microspring.plugins.broker.jms;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import jakarta.jms.Connection;
import jakarta.jms.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static io.microspring.plugins.broker.Texts.eventually;
import static io.microspring.plugins.broker.Texts.subscribe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What go-micro's STOMP plugin sends arrives here, and the other way round. */
class JmsStompTest {

	@RegisterExtension
	static final JmsServer ARTEMIS = new JmsServer.OfArtemis();

	@RegisterExtension
	static final JmsServer CLASSIC = new JmsServer.OfClassic();

	private final String name = "stomp." + UUID.randomUUID();

	@Test
	void messagesOfStompArriveAndOursArriveThereOnArtemis() throws Exception {
		assertMeet(ARTEMIS, this.name);
		assertMeet(ARTEMIS, "/topic/" + this.name + ".2");
	}

	@Test
	void messagesOfStompArriveAndOursArriveThereOnActiveMqClassic() throws Exception {
		assertMeet(CLASSIC, "/topic/" + this.name);
	}

	private static void assertMeet(JmsServer server, String topic) throws Exception {
		try (JmsBroker broker = open(server); StompClient stomp = new StompClient(server.stompPort)) {
			List<Event> copies = subscribe(broker, topic, SubscribeOptions.defaults());
			List<Event> shared = subscribe(broker, topic, SubscribeOptions.defaults().withQueue("q"));
			stomp.subscribe(topic);
			stomp.send(topic, "Content-Type:application/json\nMicro-Topic:t\n", "{\"a\":\"ü\"}");
			eventually().untilAsserted(() -> assertThat(List.of(copies, shared)).allSatisfy((received) -> {
				assertThat(received).hasSize(1);
				Message message = received.get(0).message();
				assertThat(new String(message.body(), StandardCharsets.UTF_8)).isEqualTo("{\"a\":\"ü\"}");
				assertThat(message.headers())
					.isEqualTo(Metadata.of("Content-Type", "application/json", "Micro-Topic", "t"));
			}));
			assertThat(stomp.receive()).endsWith("{\"a\":\"ü\"}");
			broker.publish(topic, new Message(Metadata.of("Content-Type", "application/json", "Micro-Topic", "t"),
					"{\"b\":1}".getBytes(StandardCharsets.UTF_8)));
			assertThat(stomp.receive()).contains("\nContent-Type:application/json\n", "\nMicro-Topic:t\n")
				.endsWith("{\"b\":1}");
		}
	}

	@Test
	void queueOfStompIsAQueueHere() throws Exception {
		for (JmsServer server : List.of(ARTEMIS, CLASSIC)) {
			String topic = "/queue/" + this.name;
			try (JmsBroker broker = open(server); StompClient stomp = new StompClient(server.stompPort)) {
				assertThatExceptionOfType(BrokerException.class)
					.isThrownBy(() -> subscribe(broker, topic, SubscribeOptions.defaults()))
					.withMessageContaining("with the queue " + this.name + " only");
				List<Event> received = subscribe(broker, topic, SubscribeOptions.defaults().withQueue(this.name));
				stomp.send(topic, "X-A:b\n", "text");
				eventually().untilAsserted(() -> assertThat(received).hasSize(1));
				assertThat(received.get(0).message().header("X-A")).isEqualTo("b");
			}
		}
	}

	@Test
	void whatIsNeitherBytesNorTextOrTooLargeIsADeadLetter() throws Exception {
		try (JmsBroker broker = new JmsBroker(ARTEMIS.factory(), JmsOptions.defaults().withMaxMessageSize(1000));
				Connection connection = ARTEMIS.factory().createConnection();
				Session session = connection.createSession()) {
			List<Event> dead = subscribe(broker, this.name + ".dead", SubscribeOptions.defaults());
			List<Event> received = subscribe(broker, this.name,
					SubscribeOptions.defaults().withDeadLetter(this.name + ".dead"));
			session.createProducer(session.createTopic(this.name)).send(session.createMapMessage());
			session.createProducer(session.createTopic(this.name)).send(session.createTextMessage("x".repeat(2000)));
			broker.publish(this.name, Message.of(Metadata.empty()));
			eventually().untilAsserted(() -> assertThat(dead).hasSize(2));
			assertThat(dead.get(0).message().header(Headers.DEAD_LETTER_REASON)).contains("neither bytes nor text");
			assertThat(dead.get(1).message().header(Headers.DEAD_LETTER_REASON)).contains("2000 bytes");
			eventually().untilAsserted(() -> assertThat(received).hasSize(1));
			assertThatExceptionOfType(BrokerException.class)
				.isThrownBy(() -> broker.publish(this.name, new Message(Metadata.empty(), new byte[1001])))
				.matches(BrokerException::isRefused);
		}
	}

	@Test
	void whatTheServersCannotDoIsRefused() {
		try (JmsBroker broker = new JmsBroker(CLASSIC.factory(), JmsOptions.defaults())) {
			assertThatExceptionOfType(BrokerException.class)
				.isThrownBy(() -> subscribe(broker, "news", SubscribeOptions.defaults().withQueue("q")))
				.withMessageContaining("news cannot have the queue q")
				.withMessageContaining("micro.broker.jms.virtual-topics")
				.matches(BrokerException::isRefused);
			for (String topic : List.of("a,b", "a.>", "a.*", "#", "a?b=c", "a::b", "/topic/")) {
				assertThatExceptionOfType(BrokerException.class)
					.isThrownBy(() -> broker.publish(topic, Message.of(Metadata.empty())))
					.matches(BrokerException::isRefused);
			}
			assertThatExceptionOfType(BrokerException.class)
				.isThrownBy(() -> broker.publish("a", Message.of(Metadata.of("JMSXGroupID", "a"))))
				.withMessageContaining("JMSXGroupID");
		}
	}

	@Test
	void serverThatIsAwayIsNamedAndNoPasswordShown() {
		JmsOptions options = JmsOptions.defaults().withAddress("127.0.0.1:1").withCredentials("us", "secret");
		try (JmsBroker broker = new JmsBroker(options)) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(broker::connect)
				.withMessageContaining("jms at 127.0.0.1:1 cannot be reached");
			assertThat(broker.health().detail()).contains("cannot be reached").doesNotContain("secret");
		}
		assertThat(options.toString()).doesNotContain("secret").contains("us");
		assertThatIllegalArgumentException().isThrownBy(() -> JmsOptions.defaults().withAddress("us:secret@a:1"))
			.withMessageNotContaining("secret");
	}

	private static JmsBroker open(JmsServer server) {
		return new JmsBroker(server.factory(), JmsOptions.defaults().withVirtualTopics(""));
	}

}

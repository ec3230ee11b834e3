package io.microspring.plugins.transport.rabbitmq;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.plugins.rabbitmq.RabbitFlood;
import io.microspring.plugins.rabbitmq.RabbitMessages;
import io.microspring.plugins.rabbitmq.RabbitOptions;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.transport.Inbox;
import io.microspring.transport.Listener;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import io.microspring.transport.TransportException;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Who is at the other end: one of go-micro's, or nobody. */
class RabbitPeersTest {

	private static final Duration WAIT = Duration.ofSeconds(20);

	private static final String REPLIES = "amq.rabbitmq.reply-to";

	@RegisterExtension
	static final ExternalServer RABBITMQ = new ExternalServer(ServerRecipe.rabbitmq(""),
			new ExternalServer(ServerRecipe.epmd()));

	/** By RabbitMQ, as it has no words of ours: what it asked from is gone. */
	@Test
	void clientOfGoIsAnsweredAndMissedWhenItIsGone() throws Exception {
		BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();
		BlockingQueue<Delivery> heard = new LinkedBlockingQueue<>();
		try (Transport transport = open()) {
			Listener listener = transport.listen(":0", accepted::add);
			Inbox inbox;
			try (Connection go = go(); Channel channel = go.createChannel()) {
				channel.basicConsume(REPLIES, true, (tag, delivery) -> heard.add(delivery), (tag) -> {
				});
				ask(channel, listener.address(), "one");
				Socket first = accepted.poll(20, TimeUnit.SECONDS);
				inbox = Inbox.of(first);
				assertThat(first.remote()).isEqualTo("go-1");
				assertThat(text(inbox.take(WAIT))).isEqualTo("one");
				first.send(message("answer"));
				Delivery answer = heard.poll(20, TimeUnit.SECONDS);
				assertThat(new String(answer.getBody(), StandardCharsets.UTF_8)).isEqualTo("answer");
				assertThat(answer.getProperties().getCorrelationId()).isEqualTo("go-1");
				assertThat(headers(answer)).containsExactly(Map.entry("Content-Type", "text/plain"));
				assertThat(heard.poll(100, TimeUnit.MILLISECONDS)).as("beside the answer").isNull();
			}
			assertThatExceptionOfType(TransportException.class).isThrownBy(() -> inbox.take(WAIT))
				.havingCause()
				.withMessageContaining("go-1 is there no more");
		}
	}

	/**
	 * Who is heard after the connection broke is answered, though the server asks nobody.
	 */
	@Test
	void whoeverIsHeardAfterTheConnectionBrokeIsAnswered() throws Exception {
		List<java.net.Socket> sockets = new CopyOnWriteArrayList<>();
		ConnectionFactory factory = new ConnectionFactory();
		factory.setSocketConfigurator(sockets::add);
		List<Socket> accepted = new CopyOnWriteArrayList<>();
		List<Exception> unanswered = new CopyOnWriteArrayList<>();
		try (Transport transport = new RabbitTransport(RabbitTransportOptions.defaults()
			.withConnection(RabbitOptions.defaults().withAddress(RABBITMQ.address()).withFactory(factory)));
				Connection go = go();
				Channel channel = go.createChannel()) {
			Listener listener = transport.listen(":0", (socket) -> {
				accepted.add(socket);
				try {
					socket.send(message("answer"));
				}
				catch (TransportException ex) {
					unanswered.add(ex);
				}
			});
			BlockingQueue<Delivery> heard = new LinkedBlockingQueue<>();
			channel.basicConsume(REPLIES, true, (tag, delivery) -> heard.add(delivery), (tag) -> {
			});
			sockets.get(0).close();
			eventually().until(() -> {
				ask(channel, listener.address(), "again");
				return !accepted.isEmpty();
			});
			assertThat(heard.poll(20, TimeUnit.SECONDS)).isNotNull();
			assertThat(unanswered).isEmpty();
		}
	}

	@Test
	void serverOfGoIsAskedAsGoAsks() throws Exception {
		List<Delivery> asked = new CopyOnWriteArrayList<>();
		try (Transport transport = open(); Connection go = go(); Channel channel = go.createChannel()) {
			channel.exchangeDeclare("micro", "topic", false, false, null);
			channel.queueDeclare("go.server", false, false, true, null);
			channel.queueBind("go.server", "micro", "go.server");
			channel.basicConsume("go.server", true, (tag, delivery) -> {
				asked.add(delivery);
				BasicProperties told = delivery.getProperties();
				channel.basicPublish("", told.getReplyTo(),
						new BasicProperties.Builder().correlationId(told.getCorrelationId())
							.headers(Map.of("Micro-Id", "1"))
							.build(),
						"Hello John".getBytes(StandardCharsets.UTF_8));
			}, (tag) -> {
			});
			Socket socket = transport.dial("go.server", WAIT).get();
			Inbox inbox = Inbox.of(socket);
			socket.send(new Message(Metadata.of("Micro-Id", "1", ":path", "/"), "{}".getBytes(StandardCharsets.UTF_8)));
			Message answer = inbox.take(WAIT);
			assertThat(text(answer)).isEqualTo("Hello John");
			assertThat(answer.headers().toMap()).containsExactly(Map.entry("Micro-Id", "1"));
			assertThat(socket.isWritable()).isTrue();
			socket.close();
			Socket next = transport.dial("go.server", WAIT).get();
			next.send(message("next"));
			eventually().until(() -> asked.size() == 2);
			// It was not told of the end of the first, which would be a message to it.
			assertThat(asked.get(0).getBody()).asString().isEqualTo("{}");
			assertThat(headers(asked.get(0))).containsExactly(Map.entry("Micro-Id", "1"));
			assertThat(asked.get(1).getBody()).asString().isEqualTo("next");
			assertThat(asked.get(1).getProperties().getCorrelationId())
				.isNotEqualTo(asked.get(0).getProperties().getCorrelationId());
		}
	}

	@Test
	void messagesWithVeryManyHeadersEndTheirConnectionsAndHoldUpNoOther() throws Exception {
		try (Transport transport = open(); Connection go = go(); Channel channel = go.createChannel()) {
			List<Socket> accepted = new CopyOnWriteArrayList<>();
			Listener listener = transport.listen(":0", accepted::add);
			channel.basicConsume(REPLIES, true, (tag, delivery) -> {
			}, (tag) -> {
			});
			for (int i = 0; i < 5; i++) {
				channel.basicPublish("micro", listener.address(),
						RabbitFlood.properties().correlationId("flood-" + i).replyTo(REPLIES).build(), new byte[1]);
			}
			long begun = System.nanoTime();
			ask(channel, listener.address(), "one");
			eventually().until(() -> accepted.size() == 6);
			assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(8));
			assertThat(accepted).filteredOn(Socket::isOpen).extracting(Socket::remote).containsExactly("go-1");
			assertThatExceptionOfType(TransportException.class).isThrownBy(() -> Inbox.of(accepted.get(0)).take(WAIT))
				.havingCause()
				.withMessageContaining("20000 headers: the limit is 1000");
		}
	}

	@Test
	void addressThatIsNoQueueOrWouldBeAnnouncedOtherwiseIsRefused() {
		try (Transport transport = open()) {
			for (String address : List.of(":8080", "0.0.0.0:8080", "a.*", "#", "amq.mine", " ", "x".repeat(256))) {
				assertThatExceptionOfType(TransportException.class)
					.isThrownBy(() -> transport.listen(address, (socket) -> {
					}))
					.withMessageContaining("'" + address + "'");
			}
		}
	}

	@Test
	void headersThatRabbitDoesNotTakeAreRefusedAndTheSocketStaysOpen() throws Exception {
		try (Transport transport = open()) {
			Listener listener = transport.listen(":0", (socket) -> {
				Inbox.of(socket);
				socket.send(message("welcome"));
			});
			Socket socket = transport.dial(listener.address(), WAIT).get();
			Inbox inbox = Inbox.of(socket);
			for (Metadata headers : List.of(Metadata.of("large", "x".repeat(200_000)),
					Metadata.of("n".repeat(256), "1"))) {
				assertThatExceptionOfType(MicroException.class).isThrownBy(() -> socket.send(Message.of(headers)))
					.satisfies((ex) -> assertThat(ex.code()).isEqualTo(413))
					.withMessageContaining(listener.address());
			}
			socket.send(Message.of(Metadata.of("n".repeat(255), "x".repeat(100_000))));
			assertThat(text(inbox.take(WAIT))).isEqualTo("welcome");
		}
	}

	@Test
	void strangersAreNamedAndTheirPasswordIsNot() {
		RABBITMQ.requireOurs();
		try (Transport transport = new RabbitTransport(RabbitTransportOptions.defaults()
			.withConnection(RabbitOptions.defaults()
				.withAddress(RABBITMQ.address())
				.withCredentials("stranger", "pa55word")))) {
			assertThatExceptionOfType(TransportException.class)
				.isThrownBy(() -> transport.listen("greeter", (socket) -> {
				}))
				.withMessageContaining("could not listen on greeter: rabbitmq at " + RABBITMQ.address()
						+ " does not let in user stranger: ACCESS_REFUSED")
				.satisfies((ex) -> assertThat(ex).hasStackTraceContaining("stranger"))
				.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("pa55word"));
			assertThat(transport.dial("greeter", WAIT)).failsWithin(WAIT)
				.withThrowableOfType(ExecutionException.class)
				.withMessageContaining("does not let in user stranger");
		}
	}

	private static Transport open() {
		return new RabbitTransport(RabbitTransportOptions.defaults().withAddress(RABBITMQ.address()));
	}

	private static Connection go() throws Exception {
		ConnectionFactory factory = new ConnectionFactory();
		factory.setUri("amqp://" + RABBITMQ.address());
		return factory.newConnection();
	}

	private static void ask(Channel channel, String address, String body) throws Exception {
		channel.basicPublish("micro", address,
				RabbitMessages.properties(message(body).headers()).correlationId("go-1").replyTo(REPLIES).build(),
				body.getBytes(StandardCharsets.UTF_8));
	}

	private static Map<String, String> headers(Delivery delivery) {
		Map<String, String> headers = new TreeMap<>();
		delivery.getProperties().getHeaders().forEach((name, value) -> headers.put(name, value.toString()));
		return headers;
	}

	private static Message message(String body) {
		return new Message(Metadata.of("Content-Type", "text/plain"), body.getBytes(StandardCharsets.UTF_8));
	}

	private static String text(Message message) {
		return new String(message.body(), StandardCharsets.UTF_8);
	}

	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(50));
	}

}

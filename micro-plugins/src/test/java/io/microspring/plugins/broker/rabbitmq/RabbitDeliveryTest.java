package io.microspring.plugins.broker.rabbitmq;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.LongString;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.broker.RetryOptions;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.concurrent.Threads;
import io.microspring.health.HealthReport;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.plugins.broker.HangingUp;
import io.microspring.plugins.rabbitmq.RabbitFlood;
import io.microspring.plugins.rabbitmq.RabbitOptions;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static io.microspring.plugins.broker.Texts.bodies;
import static io.microspring.plugins.broker.Texts.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Which messages come, come again and do not, and what other programs see of them. */
class RabbitDeliveryTest {

	private static final String USER = "micro";

	private static final String PASSWORD = "not-in-any-text";

	private static final String VIRTUAL_HOST = "fleet";

	@RegisterExtension
	static final ExternalServer RABBITMQ = new ExternalServer(ServerRecipe.rabbitmq("default_user = " + USER
			+ "\ndefault_pass = " + PASSWORD + "\ndefault_vhost = " + VIRTUAL_HOST + "\nmax_message_size = 100000\n"),
			new ExternalServer(ServerRecipe.epmd()));

	/** Class 60, method 21. */
	private static final String CONSUME_OK = "003c0015";

	private final String topic = "delivery." + UUID.randomUUID();

	private final String queue = "queue-" + this.topic;

	private final SubscribeOptions member = SubscribeOptions.defaults().withQueue(this.queue);

	private final List<RabbitBroker> opened = new ArrayList<>();

	@AfterEach
	void close() {
		this.opened.forEach(RabbitBroker::close);
	}

	@Test
	void serverThatRestartsKeepsWhatIsDurableAndGetsTheRestBack() {
		RABBITMQ.requireOurs();
		RabbitBroker broker = durable();
		RabbitBroker plain = open(UnaryOperator.identity());
		List<Event> kept = new CopyOnWriteArrayList<>();
		CountDownLatch gate = new CountDownLatch(1);
		broker.subscribe(this.topic, this.member, (event) -> {
			gate.await(1, TimeUnit.MINUTES);
			kept.add(event);
		});
		String other = this.topic + ".plain";
		List<Event> copies = new CopyOnWriteArrayList<>();
		plain.subscribe(other, SubscribeOptions.defaults().withQueue(other), copies::add);
		publish(broker, 0, 5);
		RABBITMQ.kill();
		assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> publish(broker, 99, 100))
			.withMessageContaining(RABBITMQ.address());
		assertThat(broker.health().state()).isEqualTo(HealthReport.State.DOWN);
		RABBITMQ.start();
		gate.countDown();
		eventually().untilAsserted(() -> assertThat(broker.health().state()).isEqualTo(HealthReport.State.UP));
		eventually().untilAsserted(() -> assertThat(plain.health().state()).isEqualTo(HealthReport.State.UP));
		publish(broker, 5, 8);
		plain.publish(other, message("plain"));
		eventually().untilAsserted(() -> assertThat(new HashSet<>(bodies(kept))).containsExactlyInAnyOrder("0", "1",
				"2", "3", "4", "5", "6", "7"));
		eventually().untilAsserted(() -> assertThat(bodies(copies)).containsExactly("plain"));
		assertThat(kept).as("only what the handler was at comes twice").hasSizeLessThanOrEqualTo(8 + 1);
	}

	@Test
	void subscriberThatDoesNotKeepUpIsSentNoMoreThanItsWindow() throws Exception {
		RabbitBroker broker = open((options) -> options.withPrefetch(5));
		CountDownLatch gate = new CountDownLatch(1);
		List<Event> received = new CopyOnWriteArrayList<>();
		Subscription subscription = broker.subscribe(this.topic, this.member, (event) -> {
			gate.await(1, TimeUnit.MINUTES);
			received.add(event);
		});
		publish(broker, 0, 50);
		try (Connection connection = connect(); Channel channel = connection.createChannel()) {
			assertThat(channel.messageCount(this.queue)).isEqualTo(45);
		}
		assertThat(subscription.lag()).hasValue(50);
		gate.countDown();
		eventually().until(() -> received.size() == 50);
		eventually().untilAsserted(() -> assertThat(subscription.lag()).hasValue(0));
	}

	@Test
	void subscriberMayNameTopicsByPattern() {
		RabbitBroker broker = open(UnaryOperator.identity());
		List<Event> one = new CopyOnWriteArrayList<>();
		List<Event> any = new CopyOnWriteArrayList<>();
		broker.subscribe(this.topic + ".*", SubscribeOptions.defaults(), one::add);
		broker.subscribe(this.topic + ".#", SubscribeOptions.defaults(), any::add);
		broker.publish(this.topic + ".a", message("a"));
		broker.publish(this.topic + ".b.c", message("b.c"));
		awaitBodies(any, "a", "b.c");
		awaitBodies(one, "a");
		assertThat(any).extracting(Event::topic).containsExactly(this.topic + ".a", this.topic + ".b.c");
	}

	@Test
	void queueOfAnotherTopicIsRefusedUnlessItIsNamedByTopic() {
		RabbitBroker broker = open(UnaryOperator.identity());
		subscribe(broker, this.member);
		assertThatExceptionOfType(BrokerException.class)
			.isThrownBy(() -> broker.subscribe(this.topic + ".b", this.member, (event) -> {
			}))
			.withMessageContaining(this.queue)
			.withMessageContaining("queue-per-topic");
		RabbitBroker perTopic = open((options) -> options.withQueuePerTopic(true));
		List<Event> a = new CopyOnWriteArrayList<>();
		List<Event> b = new CopyOnWriteArrayList<>();
		SubscribeOptions q = SubscribeOptions.defaults().withQueue("q");
		perTopic.subscribe(this.topic, q, a::add);
		perTopic.subscribe(this.topic + ".b", q, b::add);
		publish(perTopic, 0, 1);
		perTopic.publish(this.topic + ".b", message("b"));
		awaitBodies(a, "0");
		awaitBodies(b, "b");
	}

	// the wire

	@Test
	void messageIsOnTheWireAsGoMicroSendsIt() throws Exception {
		RabbitBroker broker = open(UnaryOperator.identity());
		try (Connection connection = connect(); Channel channel = connection.createChannel()) {
			declareAsGo(channel);
			String name = channel.queueDeclare("", false, true, true, null).getQueue();
			channel.queueBind(name, exchange(), this.topic);
			BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
			channel.basicConsume(name, true, (tag, delivery) -> deliveries.add(delivery), (tag) -> {
			});
			broker.publish(this.topic, new Message(Metadata.of("Content-Type", "text/plain", "Micro-Id", "7"),
					"hi".getBytes(StandardCharsets.UTF_8)));
			Delivery delivery = deliveries.poll(20, TimeUnit.SECONDS);
			assertThat(delivery).isNotNull();
			assertThat(delivery.getEnvelope().getRoutingKey()).isEqualTo(this.topic);
			assertThat(delivery.getBody()).asString().isEqualTo("hi");
			BasicProperties properties = delivery.getProperties();
			assertThat(properties.getContentType()).isNull();
			assertThat(properties.getHeaders()).hasSize(2);
			assertThat(properties.getHeaders().get("Micro-Id")).isInstanceOf(LongString.class).hasToString("7");
		}
	}

	@Test
	void messageOfAnotherProgramIsRead() throws Exception {
		RabbitBroker broker = open(UnaryOperator.identity());
		List<Event> received = subscribe(broker, SubscribeOptions.defaults());
		try (Connection connection = connect(); Channel channel = connection.createChannel()) {
			declareAsGo(channel);
			channel.basicPublish(exchange(), this.topic,
					new BasicProperties.Builder().contentType("application/json")
						.headers(new HashMap<>(Map.of("count", 3, "flag", true, "text", "t")))
						.build(),
					"{}".getBytes(StandardCharsets.UTF_8));
		}
		awaitBodies(received, "{}");
		Message message = received.get(0).message();
		assertThat(message.header("count")).isEqualTo("3");
		assertThat(message.header("flag")).isEqualTo("true");
		assertThat(message.header("text")).isEqualTo("t");
		assertThat(message.header("Content-Type")).isEqualTo("application/json");
		assertThat(message.header(Headers.TOPIC)).isEqualTo(this.topic);
	}

	@Test
	void messageOverTheLimitGoesToTheDeadLetterTopic() throws Exception {
		RabbitBroker broker = open((options) -> options.withConnection(options.connection().withMaxMessageSize(10)));
		List<Event> letters = new CopyOnWriteArrayList<>();
		RabbitBroker undertaker = open(UnaryOperator.identity());
		undertaker.subscribe(this.topic + ".dead", SubscribeOptions.defaults(), letters::add);
		RabbitBroker sender = open(UnaryOperator.identity());
		List<Event> received = subscribe(broker, this.member.withDeadLetter(this.topic + ".dead"));
		assertThatExceptionOfType(BrokerException.class)
			.isThrownBy(() -> broker.publish(this.topic, message("more than ten")))
			.withMessageContaining("13")
			.withMessageContaining("10");
		assertThatExceptionOfType(BrokerException.class)
			.isThrownBy(() -> sender.publish(this.topic, message("x".repeat(100_001))))
			.withMessageContaining(this.topic)
			.withMessageContaining("100000");
		sender.publish(this.topic, message("0123456789a"));
		sender.publish(this.topic, message("small"));
		awaitBodies(received, "small");
		awaitBodies(letters, "");
		assertThat(letters.get(0).message().header(Headers.DEAD_LETTER_REASON)).contains("11 bytes");
	}

	@Test
	void messageWithVeryManyHeadersGoesToTheDeadLetterTopicAndHoldsUpNoOther() throws Exception {
		RabbitBroker broker = open(UnaryOperator.identity());
		List<Event> letters = new CopyOnWriteArrayList<>();
		broker.subscribe(this.topic + ".dead", SubscribeOptions.defaults(), letters::add);
		List<Event> received = subscribe(broker, this.member.withDeadLetter(this.topic + ".dead"));
		try (Connection connection = connect(); Channel channel = connection.createChannel()) {
			for (int i = 0; i < 5; i++) {
				channel.basicPublish(exchange(), this.topic, RabbitFlood.properties().build(), new byte[] { 'x' });
			}
		}
		long begun = System.nanoTime();
		broker.publish(this.topic, message("small"));
		awaitBodies(received, "small");
		awaitBodies(letters, "x", "x", "x", "x", "x");
		assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(8));
		assertThat(letters.get(0).message().header(Headers.DEAD_LETTER_REASON))
			.contains("it has 20000 headers: the limit is 1000");
	}

	@Test
	void deadLetterWhoseHeadersFillAFrameGoesWithoutThem() throws Exception {
		RabbitBroker broker = open(UnaryOperator.identity());
		List<Event> letters = new CopyOnWriteArrayList<>();
		List<Event> received = new CopyOnWriteArrayList<>();
		broker.subscribe(this.topic + ".dead", SubscribeOptions.defaults(), letters::add);
		SubscribeOptions once = this.member.withRetry(RetryOptions.defaults().withAttempts(1));
		broker.subscribe(this.topic, once.withDeadLetter(this.topic + ".dead"), (event) -> {
			if (event.message().header("large") != null) {
				throw new IllegalStateException("no good, said on purpose");
			}
			received.add(event);
		});
		try (Connection connection = connect(); Channel channel = connection.createChannel()) {
			declareAsGo(channel);
			channel.basicPublish(exchange(), this.topic,
					new BasicProperties.Builder().headers(new HashMap<>(Map.of("large", "x".repeat(130_800)))).build(),
					"poison".getBytes(StandardCharsets.UTF_8));
		}
		broker.publish(this.topic, message("fine"));
		awaitBodies(letters, "poison");
		assertThat(letters.get(0).message().header(Headers.DEAD_LETTER_REASON)).contains("no good",
				"headers are left out");
		awaitBodies(received, "fine");
	}

	// what is refused

	@Test
	void exchangeAndQueueThatAreOtherwiseAreNamed() throws Exception {
		try (Connection connection = connect(); Channel channel = connection.createChannel()) {
			channel.exchangeDeclare(exchange(), "topic", true);
			channel.queueDeclare(this.queue, true, false, false, null);
		}
		RabbitBroker broker = open(UnaryOperator.identity());
		assertThatExceptionOfType(BrokerException.class).isThrownBy(broker::connect)
			.withMessageContaining("exchange " + exchange())
			.withMessageContaining("non-durable topic")
			.withMessageContaining("PRECONDITION_FAILED");
		RabbitBroker transientQueues = open((options) -> durableExchange(options));
		assertThatExceptionOfType(BrokerException.class)
			.isThrownBy(() -> transientQueues.subscribe(this.topic, this.member, (event) -> {
			}))
			.withMessageContaining("queue " + this.queue)
			.withMessageContaining("non-durable")
			.withMessageContaining("PRECONDITION_FAILED");
	}

	@Test
	void wrongPasswordAndUnknownVirtualHostAreToldWithoutASecret() {
		RabbitBroker stranger = open(
				(options) -> options.withConnection(options.connection().withCredentials(USER, "wrong-secret")));
		assertThatExceptionOfType(BrokerException.class).isThrownBy(stranger::connect)
			.withMessageContaining(RABBITMQ.address())
			.withMessageContaining("ACCESS_REFUSED")
			.matches(BrokerException::isDenied)
			.withMessageNotContaining("wrong-secret");
		RabbitBroker lost = open((options) -> options.withConnection(options.connection().withVirtualHost("nowhere")));
		assertThatExceptionOfType(BrokerException.class).isThrownBy(lost::connect).withMessageContaining("nowhere");
		assertThat(lost.health().state()).isEqualTo(HealthReport.State.DOWN);
		assertThat(connection(RabbitOptions.defaults()).toString()).doesNotContain(PASSWORD);
	}

	@Test
	void serverThatIsNotThereIsTold() {
		RabbitBroker broker = new RabbitBroker(RabbitBrokerOptions.defaults().withAddress("127.0.0.1:1"));
		this.opened.add(broker);
		assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> publish(broker, 0, 1))
			.withMessageContaining("127.0.0.1:1");
		assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> subscribe(broker, this.member))
			.withMessageContaining("127.0.0.1:1");
		assertThat(broker.health().detail()).contains("127.0.0.1:1");
	}

	@Test
	void serverThatHangsUpIsNotCalledWithoutAPause() {
		String[] real = RABBITMQ.address().split(":");
		AtomicLong hungUp = new AtomicLong(System.nanoTime());
		List<Long> pauses = new CopyOnWriteArrayList<>();
		HangingUp.Dialogue dialogue = (in, out) -> {
			pauses.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - hungUp.get()));
			try (Socket server = new Socket(real[0], Integer.parseInt(real[1]))) {
				Threads.start("asking", () -> pass(in, server));
				byte[] some = new byte[8192];
				String answer = "";
				int length = 0;
				while (length >= 0 && !answer.contains(CONSUME_OK)) {
					out.write(some, 0, length);
					length = server.getInputStream().read(some);
					answer = HexFormat.of().formatHex(some, 0, Math.max(0, length));
				}
				out.write(some, 0, Math.max(0, length));
			}
			hungUp.set(System.nanoTime());
		};
		try (HangingUp rabbit = new HangingUp(dialogue)) {
			subscribe(open((options) -> options.withAddress(rabbit.address())), this.member);
			// 0.2, 0.4, 0.8 s and so on, rather than 0.2 s each time.
			eventually().untilAsserted(() -> assertThat(pauses).anyMatch((pause) -> pause > 1200));
		}
	}

	private static void pass(InputStream from, Socket to) {
		try {
			from.transferTo(to.getOutputStream());
		}
		catch (IOException ex) {
			// One of the two has hung up.
		}
	}

	@Test
	void topicThatIsTooLongIsRefused() {
		RabbitBroker broker = open(UnaryOperator.identity());
		assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> broker.publish("ü".repeat(128), message("x")))
			.withMessageContaining("255")
			.matches(BrokerException::isRefused);
	}

	@Test
	void deadLettersThatWouldComeToTheirOwnSubscriberAreRefused() {
		RabbitBroker broker = open(UnaryOperator.identity());
		for (String pattern : List.of("#", this.topic + ".#", this.topic + ".*", "*.*.dead")) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(
					() -> broker.subscribe(pattern, this.member.withDeadLetter(this.topic + ".dead"), (event) -> {
					}))
				.withMessageContaining("would come to")
				.matches(BrokerException::isRefused);
		}
		broker.subscribe(this.topic + ".*.#", this.member.withDeadLetter(this.topic), (event) -> {
		});
	}

	private RabbitBroker durable() {
		return open((options) -> durableExchange(options).withDurableQueues(true));
	}

	private RabbitBroker open(UnaryOperator<RabbitBrokerOptions> more) {
		RabbitBroker broker = new RabbitBroker(
				more.apply(RabbitBrokerOptions.defaults().withConnection(connection(RabbitOptions.defaults()))));
		this.opened.add(broker);
		return broker;
	}

	private RabbitOptions connection(RabbitOptions options) {
		return options.withAddress(RABBITMQ.address())
			.withCredentials(USER, PASSWORD)
			.withVirtualHost(VIRTUAL_HOST)
			.withExchange(exchange(), "topic", false);
	}

	private RabbitBrokerOptions durableExchange(RabbitBrokerOptions options) {
		return options.withConnection(options.connection().withExchange(exchange() + "-durable", "topic", true));
	}

	private String exchange() {
		return "micro-" + this.topic;
	}

	private void declareAsGo(Channel channel) throws Exception {
		channel.exchangeDeclare(exchange(), "topic", false, false, null);
	}

	private static Connection connect() throws Exception {
		ConnectionFactory factory = new ConnectionFactory();
		factory.setUri("amqp://" + RABBITMQ.address());
		factory.setUsername(USER);
		factory.setPassword(PASSWORD);
		factory.setVirtualHost(VIRTUAL_HOST);
		return factory.newConnection();
	}

	private List<Event> subscribe(RabbitBroker broker, SubscribeOptions options) {
		List<Event> received = new CopyOnWriteArrayList<>();
		broker.subscribe(this.topic, options, received::add);
		return received;
	}

	private void publish(RabbitBroker broker, int from, int to) {
		IntStream.range(from, to).forEach((i) -> broker.publish(this.topic, message(String.valueOf(i))));
	}

	private static Message message(String body) {
		return new Message(Metadata.of("Content-Type", "text/plain"), body.getBytes(StandardCharsets.UTF_8));
	}

	private static void awaitBodies(List<Event> events, String... bodies) {
		eventually().untilAsserted(() -> assertThat(bodies(events)).containsExactly(bodies));
	}

}

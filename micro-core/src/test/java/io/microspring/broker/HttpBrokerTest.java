package io.microspring.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.health.HealthReport;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class HttpBrokerTest {

	private static final String SERVICE = "micro.http.broker";

	private static final SubscribeOptions QUEUE = SubscribeOptions.defaults().withQueue("q");

	private final HttpClient http = HttpClient.newHttpClient();

	private final Registry registry = Registry.memory();

	private final HttpBrokerOptions options = HttpBrokerOptions.defaults();

	private final Broker broker = Broker.http(this.registry, this.options);

	private final List<Event> received = new CopyOnWriteArrayList<>();

	@AfterEach
	void close() {
		this.broker.close();
		this.registry.close();
	}

	@Test
	void whatAMemberOfAQueueFailedOnGoesToAnotherWhenItEnds() {
		SubscribeOptions queue = QUEUE.withRetry(RetryOptions.defaults().withBackoff((attempt) -> Duration.ofHours(1)));
		List<Event> failed = new CopyOnWriteArrayList<>();
		Subscription leaving = this.broker.subscribe("orders", queue, (event) -> {
			failed.add(event);
			throw new IllegalStateException("thrown by a handler, on purpose");
		});
		try (Broker elsewhere = Broker.http(this.registry, this.options)) {
			elsewhere.publish("orders", message("from elsewhere"));
			await().until(() -> failed.size() == 1);
			elsewhere.subscribe("orders", queue, this.received::add);
			await().untilAsserted(() -> {
				this.broker.publish("orders", message("known"));
				assertThat(texts()).contains("known");
			});
			leaving.close();
			await().untilAsserted(() -> assertThat(texts()).contains("from elsewhere"));
		}
	}

	// the server

	@Test
	void otherMethodsThanPostAreRefused() throws Exception {
		this.broker.connect();
		HttpResponse<String> reply = send("/", HttpRequest.newBuilder().GET());
		assertRefused(reply, 405, "Method not allowed");
	}

	@Test
	void bodyThatIsNoMessageIsRefusedAndTheConnectionStays() throws Exception {
		subscribe(this.broker);
		assertRefused(post("no json"), 500, "Error parsing request body");
		assertRefused(post("{\"Header\":{},\"Body\":\"AA==\"}"), 500, "Topic not found");
		assertRefused(post("{\"Header\":{\"Micro-Topic\":\"other\"},\"Body\":\"AA==\"}"), 404, "other");
		assertThat(post(event("hi")).statusCode()).isEqualTo(200);
		await().untilAsserted(() -> assertThat(texts()).containsExactly("hi"));
	}

	@Test
	void otherProtocolsOfTheEngineAreClosed() throws Exception {
		subscribe(this.broker);
		var socket = this.http.newWebSocketBuilder()
			.buildAsync(URI.create("ws://" + this.broker.address() + path()), new WebSocket.Listener() {
			});
		assertThat(socket).failsWithin(Duration.ofSeconds(10));
		assertThat(post(event("hi")).statusCode()).isEqualTo(200);
		assertThat(texts()).containsExactly("hi");
	}

	@Test
	void messageOverTheLimitIsRefusedOnBothSides() throws Exception {
		try (Broker small = Broker.http(this.registry, this.options.withMaxMessageSize(1000))) {
			subscribe(small);
			Node node = nodes().get(0);
			HttpResponse<String> reply = this.http
				.send(HttpRequest.newBuilder(URI.create("http://" + node.address() + "/?id=" + node.id()))
					.POST(HttpRequest.BodyPublishers.ofString("x".repeat(2000)))
					.build(), HttpResponse.BodyHandlers.ofString());
			assertThat(reply.statusCode()).isEqualTo(413);
			assertThatExceptionOfType(BrokerException.class)
				.isThrownBy(() -> small.publish("orders", message("x".repeat(2000))))
				.withMessageContaining("1000");
			small.publish("orders", message("small"));
			await().untilAsserted(() -> assertThat(texts()).containsExactly("small"));
		}
	}

	@Test
	void answerComesWhenTheHandlerHasReturned() throws Exception {
		CountDownLatch gate = new CountDownLatch(1);
		this.broker.subscribe("orders", SubscribeOptions.defaults(), (event) -> {
			gate.await();
			this.received.add(event);
		});
		var reply = this.http.sendAsync(
				HttpRequest.newBuilder(uri(path())).POST(HttpRequest.BodyPublishers.ofString(event("hi"))).build(),
				HttpResponse.BodyHandlers.ofString());
		await().during(Duration.ofMillis(100)).until(() -> !reply.isDone());
		gate.countDown();
		assertThat(reply.get().statusCode()).isEqualTo(200);
		assertThat(reply.get().body()).isEmpty();
		assertThat(texts()).containsExactly("hi");
	}

	@Test
	void publisherWhoDoesNotWaitForAnswersIsHeldBack() throws Exception {
		CountDownLatch gate = new CountDownLatch(1);
		this.broker.subscribe("orders", SubscribeOptions.defaults(), (event) -> {
			gate.await();
			this.received.add(event);
		});
		byte[] body = event("x".repeat(300_000)).getBytes(StandardCharsets.UTF_8);
		byte[] head = ("POST " + path() + " HTTP/1.1\r\nHost: here\r\nContent-Length: " + body.length + "\r\n\r\n")
			.getBytes(StandardCharsets.UTF_8);
		URI uri = uri("/");
		try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
			CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
				try {
					for (int i = 0; i < 100; i++) {
						socket.getOutputStream().write(head);
						socket.getOutputStream().write(body);
					}
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			}, (task) -> Threads.start("publisher", task));
			await().during(Duration.ofMillis(500)).until(() -> !sent.isDone());
			gate.countDown();
			assertThat(sent).succeedsWithin(Duration.ofSeconds(10));
			await().untilAsserted(() -> assertThat(this.received).hasSize(100));
		}
	}

	@Test
	void messageThatFindsTooManyWaitingIsRefused() throws Exception {
		CountDownLatch gate = new CountDownLatch(1);
		CountDownLatch handling = new CountDownLatch(1);
		try (Broker small = Broker.http(this.registry, this.options.withQueue(1, Duration.ofSeconds(1)))) {
			small.subscribe("orders", SubscribeOptions.defaults(), (event) -> {
				handling.countDown();
				gate.await();
			});
			URI uri = URI.create("http://" + small.address() + path());
			HttpRequest request = HttpRequest.newBuilder(uri)
				.POST(HttpRequest.BodyPublishers.ofString(event("hi")))
				.build();
			var first = this.http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
			handling.await();
			assertRefused(this.http.send(request, HttpResponse.BodyHandlers.ofString()), 503, "1 messages");
			gate.countDown();
			assertThat(first.get().statusCode()).isEqualTo(200);
			assertThat(this.http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(200);
		}
	}

	// subscriptions in the registry

	@Test
	void subscriptionsOfOneTopicHaveIdsOfTheirOwnAndAreEachCalledOnce() {
		subscribe(this.broker);
		subscribe(this.broker);
		assertThat(nodes()).extracting(Node::id).doesNotHaveDuplicates().allMatch((id) -> id.startsWith("orders-"));
		try (Broker publisher = Broker.http(this.registry)) {
			publisher.publish("orders", message("hi"));
			await().untilAsserted(() -> assertThat(texts()).containsExactly("hi", "hi"));
		}
	}

	@Test
	void subscriptionThatTheRegistryForgotIsRegisteredAgain() {
		try (Broker busy = Broker.http(this.registry,
				this.options.withRegistration(Duration.ofSeconds(10), Duration.ofMillis(20)))) {
			subscribe(busy);
			this.registry.deregister(this.registry.get(SERVICE).get(0));
			await().untilAsserted(() -> assertThat(nodes()).hasSize(1));
		}
		assertThat(this.registry.get(SERVICE)).isEmpty();
	}

	@Test
	void wildcardAddressIsNotAnnounced() {
		try (Broker open = Broker.http(this.registry,
				this.options.withAddress("0.0.0.0:0").withAdvertise("broker.example"))) {
			open.connect();
			assertThat(open.address()).startsWith("broker.example:").doesNotEndWith(":0");
		}
	}

	@Test
	void portThatIsTakenIsNamed() {
		this.broker.connect();
		try (Broker second = Broker.http(this.registry, this.options.withAddress(this.broker.address()))) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(second::connect)
				.withMessageContaining(this.broker.address())
				.withRootCauseInstanceOf(java.net.BindException.class);
		}
	}

	// publishing

	@Test
	void messageForASubscriberThatIsGoneIsDroppedAndOthersGetTheirs() {
		registerGone("ff.http.broadcast");
		subscribe(this.broker);
		try (Broker publisher = Broker.http(this.registry)) {
			IntStream.range(0, 5).forEach((i) -> publisher.publish("orders", message("m" + i)));
			await().untilAsserted(() -> assertThat(texts()).containsExactly("m0", "m1", "m2", "m3", "m4"));
		}
	}

	@Test
	void anotherMemberOfTheQueueGetsWhatOneThatIsGoneCannot() {
		registerGone("q");
		this.broker.subscribe("orders", QUEUE, this.received::add);
		try (Broker publisher = Broker.http(this.registry)) {
			IntStream.range(0, 10).forEach((i) -> publisher.publish("orders", message("m" + i)));
			await().untilAsserted(() -> assertThat(texts())
				.containsExactlyInAnyOrderElementsOf(IntStream.range(0, 10).mapToObj((i) -> "m" + i).toList()));
		}
	}

	@Test
	void memberThatUnsubscribedUnnoticedPassesItsMessagesOn() {
		Subscription leaving = this.broker.subscribe("orders", QUEUE, this.received::add);
		Service left = this.registry.get(SERVICE).get(0);
		leaving.close();
		this.registry.register(left, Duration.ofMinutes(1));
		try (Broker staying = Broker.http(this.registry); Broker publisher = Broker.http(this.registry)) {
			List<Event> stayed = new CopyOnWriteArrayList<>();
			staying.subscribe("orders", QUEUE, stayed::add);
			IntStream.range(0, 10).forEach((i) -> publisher.publish("orders", message("m" + i)));
			await().untilAsserted(() -> assertThat(stayed).hasSize(10));
			assertThat(this.received).isEmpty();
		}
	}

	@Test
	void publisherIsToldWhenASubscriberElsewhereDoesNotKeepUp() {
		CountDownLatch gate = new CountDownLatch(1);
		this.broker.subscribe("orders", SubscribeOptions.defaults(), (event) -> {
			gate.await();
			this.received.add(event);
		});
		try (Broker publisher = Broker.http(this.registry, this.options.withQueue(2, Duration.ofMillis(100)))) {
			assertThatExceptionOfType(BrokerException.class)
				.isThrownBy(() -> IntStream.range(0, 10).forEach((i) -> publisher.publish("orders", message("m" + i))))
				.withMessageContaining("orders")
				.withMessageContaining("2 messages");
			gate.countDown();
			await().untilAsserted(() -> assertThat(this.received).hasSizeGreaterThanOrEqualTo(3));
		}
	}

	@Test
	void whatWasPublishedLeavesBeforeThePublisherCloses() {
		subscribe(this.broker);
		Broker publisher = Broker.http(this.registry);
		IntStream.range(0, 100).forEach((i) -> publisher.publish("orders", message("m" + i)));
		publisher.close();
		assertThat(texts()).isEqualTo(IntStream.range(0, 100).mapToObj((i) -> "m" + i).toList());
	}

	@Test
	void subscriberThatIsStartedAnewIsReachedAgain() {
		Broker former = Broker.http(this.registry);
		subscribe(former);
		try (Broker publisher = Broker.http(this.registry)) {
			publisher.publish("orders", message("before"));
			await().untilAsserted(() -> assertThat(texts()).containsExactly("before"));
			String address = former.address();
			former.close();
			try (Broker anew = Broker.http(this.registry, this.options.withAddress(address))) {
				subscribe(anew);
				publisher.publish("orders", message("after"));
				await().untilAsserted(() -> assertThat(texts()).containsExactly("before", "after"));
			}
		}
	}

	@Test
	void subscribersOfThisProcessNeedNoNetwork() {
		// Nobody listens there: what arrives has not been posted.
		try (Broker alone = Broker.http(this.registry, this.options.withAdvertise("127.0.0.1:1"))) {
			subscribe(alone);
			alone.publish("orders", message("hi"));
			await().untilAsserted(() -> assertThat(texts()).containsExactly("hi"));
		}
	}

	@Test
	void subscriptionOfARegistryThatIsDownIsRegisteredSoonAfterItIsBack() {
		FailingRegistry failing = new FailingRegistry(this.registry, (service) -> true);
		try (Broker early = Broker.http(failing, this.options)) {
			subscribe(early);
			assertThat(early.health().state()).isEqualTo(HealthReport.State.DEGRADED);
			failing.refused = (service) -> false;
			await().untilAsserted(() -> assertThat(nodes()).hasSize(1));
			await().until(() -> early.health().state() == HealthReport.State.UP);
			this.broker.publish("orders", message("hi"));
			await().untilAsserted(() -> assertThat(texts()).containsExactly("hi"));
		}
	}

	@Test
	void subscriptionThatCannotBeRenewedDoesNotKeepTheOthersFromIt() {
		FailingRegistry failing = new FailingRegistry(this.registry, (service) -> false);
		try (Broker busy = Broker.http(failing,
				this.options.withRegistration(Duration.ofSeconds(10), Duration.ofMillis(20)))) {
			IntStream.range(0, 5).forEach((i) -> subscribe(busy));
			List<Service> registered = this.registry.get(SERVICE);
			List<String> ids = nodes().stream().map(Node::id).toList();
			for (String refused : ids) {
				failing.refused = (service) -> service.nodes().get(0).id().equals(refused);
				registered.forEach(this.registry::deregister);
				await().untilAsserted(() -> assertThat(nodes()).extracting(Node::id)
					.containsExactlyInAnyOrderElementsOf(ids.stream().filter((id) -> !id.equals(refused)).toList()));
			}
		}
	}

	@Test
	void renewalThatFailedIsTriedAgainSoonerThanTheInterval() {
		FailingRegistry failing = new FailingRegistry(this.registry, (service) -> false, SERVICE);
		Duration interval = Duration.ofMillis(1500);
		try (Broker busy = Broker.http(failing, this.options.withRegistration(Duration.ofSeconds(10), interval))) {
			subscribe(busy);
			failing.refused = (service) -> true;
			failing.attempts.clear();
			// On a busy machine one may come late, but not all.
			await().atMost(Duration.ofSeconds(30))
				.until(() -> gaps(failing.attempts).anyMatch((millis) -> millis > 450 && millis < 1400));
		}
	}

	private static LongStream gaps(List<Long> nanos) {
		List<Long> times = List.copyOf(nanos);
		return IntStream.range(1, times.size())
			.mapToLong((i) -> TimeUnit.NANOSECONDS.toMillis(times.get(i) - times.get(i - 1)));
	}

	private void subscribe(Broker where) {
		where.subscribe("orders", SubscribeOptions.defaults(), this.received::add);
	}

	/** A subscriber that died without saying so. */
	private void registerGone(String version) {
		Map<String, String> metadata = Map.of("broker", "http", "secure", "false", "topic", "orders");
		this.registry.register(Service.of(SERVICE, version, new Node("orders-gone", "127.0.0.1:1", metadata)),
				Duration.ZERO);
	}

	private List<Node> nodes() {
		return this.registry.get(SERVICE).stream().flatMap((service) -> service.nodes().stream()).toList();
	}

	private String path() {
		return "/?id=" + nodes().get(0).id();
	}

	private URI uri(String path) {
		return URI.create("http://" + this.broker.address() + path);
	}

	private HttpResponse<String> post(String body) throws Exception {
		return send(path(), HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.ofString(body)));
	}

	private HttpResponse<String> send(String path, HttpRequest.Builder request) throws Exception {
		return this.http.send(request.uri(uri(path)).timeout(Duration.ofSeconds(10)).build(),
				HttpResponse.BodyHandlers.ofString());
	}

	private static void assertRefused(HttpResponse<String> reply, int status, String detail) {
		assertThat(reply.statusCode()).isEqualTo(status);
		MicroException error = MicroException.parse(reply.body());
		assertThat(error.id()).isEqualTo("go.micro.broker");
		assertThat(error.detail()).contains(detail);
	}

	private static String event(String body) {
		return new String(Envelope.encode(message(body).withHeader("Micro-Topic", "orders")), StandardCharsets.UTF_8);
	}

	private static Message message(String body) {
		return new Message(Metadata.of("Content-Type", "text/plain"), body.getBytes(StandardCharsets.UTF_8));
	}

	private List<String> texts() {
		return this.received.stream()
			.map((event) -> new String(event.message().body(), StandardCharsets.UTF_8))
			.toList();
	}

}

package io.microspring.broker;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Both generations of go-micro's http broker at once. */
class HttpDialectTest {

	private static final String V1 = "go.micro.http.broker";

	private static final String NEWEST = "micro.http.broker";

	private static final String BROADCAST = "ff.http.broadcast";

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final SubscribeOptions QUEUE = SubscribeOptions.defaults().withQueue("q");

	private final Registry registry = Registry.memory();

	private final Broker broker = Broker.http(this.registry);

	private final List<Event> received = new CopyOnWriteArrayList<>();

	@AfterEach
	void close() {
		this.broker.close();
		this.registry.close();
	}

	// subscribing

	@Test
	void subscriptionIsRegisteredForPublishersOfEachGeneration() {
		this.broker.subscribe("orders", SubscribeOptions.defaults(), this.received::add);
		this.broker.subscribe("orders", QUEUE, this.received::add);
		for (String name : List.of(V1, NEWEST)) {
			List<Service> services = this.registry.get(name);
			assertThat(services).extracting(Service::version).containsExactlyInAnyOrder(BROADCAST, "q");
			assertThat(services)
				.allSatisfy((service) -> assertThat(service.nodes()).singleElement().satisfies((node) -> {
					assertThat(node.id()).matches("orders-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
					assertThat(node.address()).isEqualTo(this.broker.address());
					assertThat(node.metadata()).containsOnly(entry("broker", "http"), entry("secure", "false"),
							entry("topic", "orders"));
				}));
		}
		List<String> ids = new ArrayList<>(ids(V1));
		ids.addAll(ids(NEWEST));
		// Consul tells instances apart by their ids, whatever their names.
		assertThat(ids).hasSize(4).doesNotHaveDuplicates();
	}

	@Test
	void subscriptionsAreRenewedAndRemovedForEachGeneration() {
		Broker busy = Broker.http(this.registry,
				HttpBrokerOptions.defaults().withRegistration(Duration.ofSeconds(10), Duration.ofMillis(20)));
		Subscription first = busy.subscribe("orders", SubscribeOptions.defaults(), this.received::add);
		busy.subscribe("orders", SubscribeOptions.defaults(), this.received::add);
		for (String name : List.of(V1, NEWEST)) {
			this.registry.get(name).forEach(this.registry::deregister);
			await().untilAsserted(() -> assertThat(ids(name)).hasSize(2));
		}
		first.close();
		// A round of renewals may be under way, which takes back what it did.
		await().untilAsserted(() -> assertThat(ids(V1)).hasSize(1));
		await().untilAsserted(() -> assertThat(ids(NEWEST)).hasSize(1));
		busy.close();
		await().untilAsserted(() -> assertThat(this.registry.get(V1)).isEmpty());
		await().untilAsserted(() -> assertThat(this.registry.get(NEWEST)).isEmpty());
	}

	@Test
	void subscriptionThatIsRenewedWhileItLeavesIsNotKept() {
		AtomicBoolean leaving = new AtomicBoolean();
		FailingRegistry slow = new FailingRegistry(this.registry, (service) -> false, V1) {

			@Override
			public void deregister(Service service) {
				super.deregister(service);
				if (service.name().equals(V1) && leaving.compareAndSet(false, true)) {
					int before = this.attempts.size();
					await().until(() -> this.attempts.size() >= before + 2);
				}
			}

		};
		try (Broker busy = Broker.http(slow,
				HttpBrokerOptions.defaults().withRegistration(Duration.ofMinutes(1), Duration.ofMillis(20)))) {
			busy.subscribe("orders", SubscribeOptions.defaults(), this.received::add).close();
			await().untilAsserted(() -> assertThat(ids(V1)).isEmpty());
			await().untilAsserted(() -> assertThat(ids(NEWEST)).isEmpty());
		}
	}

	@Test
	void registryThatRefusesOneGenerationIsToldOfTheOther() {
		FailingRegistry failing = new FailingRegistry(this.registry, (service) -> service.name().equals(NEWEST));
		try (Broker half = Broker.http(failing)) {
			half.subscribe("orders", SubscribeOptions.defaults(), this.received::add);
			assertThat(ids(V1)).hasSize(1);
			assertThat(half.health().detail()).contains("could not be registered");
			this.broker.publish("orders", message("hi"));
			await().untilAsserted(() -> assertThat(texts()).containsExactly("hi"));
			failing.refused = (service) -> false;
			await().untilAsserted(() -> assertThat(ids(NEWEST)).hasSize(1));
		}
	}

	@Test
	void messageOfV1ArrivesWithoutTheHeaderOfItsBroker() throws Exception {
		this.broker.subscribe("orders", SubscribeOptions.defaults(), this.received::add);
		Message sent = message("hi").withHeader("Micro-Topic", "orders");
		assertThat(post("/_sub?id=" + ids(V1).get(0), sent.withHeader(":topic", "orders"))).isEqualTo(200);
		assertThat(texts()).containsExactly("hi");
		assertThat(this.received.get(0).topic()).isEqualTo("orders");
		assertThat(this.received.get(0).message().headers().toMap()).isEqualTo(sent.headers().toMap());
	}

	@Test
	void messageOfV2ArrivesAsItIs() throws Exception {
		this.broker.subscribe("orders", SubscribeOptions.defaults(), this.received::add);
		Message sent = message("hi").withHeader("Micro-Topic", "orders").withHeader(":topic", "of the user");
		assertThat(post("/?id=" + ids(NEWEST).get(0), sent)).isEqualTo(200);
		assertThat(this.received.get(0).message().headers().toMap()).isEqualTo(sent.headers().toMap());
	}

	@Test
	void messageOfV1WithoutItsHeaderHasNoTopic() throws Exception {
		this.broker.subscribe("orders", SubscribeOptions.defaults(), this.received::add);
		String path = "/_sub?id=" + ids(V1).get(0);
		assertThat(post(path, message("hi").withHeader("Micro-Topic", "orders"))).isEqualTo(500);
		assertThat(post(path, message("hi").withHeader(":topic", "other"))).isEqualTo(404);
		assertThat(this.received).isEmpty();
	}

	// publishing

	@Test
	void publisherReachesSubscribersOfEachGenerationInTheirWords() throws Exception {
		try (GoSubscriber v1 = GoSubscriber.start(this.registry, V1, BROADCAST, "orders");
				GoSubscriber v2 = GoSubscriber.start(this.registry, NEWEST, BROADCAST, "orders");
				Broker elsewhere = Broker.http(this.registry)) {
			elsewhere.subscribe("orders", SubscribeOptions.defaults(), this.received::add);
			this.broker.publish("orders", message("hi"));
			await().untilAsserted(() -> {
				assertThat(v1.requests).containsExactly("POST /_sub?id=" + v1.id);
				assertThat(v2.requests).containsExactly("POST /?id=" + v2.id);
				assertThat(texts()).containsExactly("hi");
			});
			assertThat(v1.received.get(0).headers().toMap()).containsOnly(entry(":topic", "orders"),
					entry("Micro-Topic", "orders"), entry("Content-Type", "text/plain"));
			assertThat(v2.received.get(0).headers().toMap()).containsOnly(entry("Micro-Topic", "orders"),
					entry("Content-Type", "text/plain"));
			assertThat(v1.received.get(0).body()).asString().isEqualTo("hi");
		}
	}

	@Test
	void publisherOfThisKindDeliversOnceToEachSubscriptionOfAnother() {
		this.broker.subscribe("orders", SubscribeOptions.defaults(), this.received::add);
		this.broker.subscribe("orders", SubscribeOptions.defaults(), this.received::add);
		this.broker.subscribe("orders", QUEUE, this.received::add);
		this.broker.subscribe("orders", QUEUE, this.received::add);
		Broker publisher = patient();
		IntStream.range(0, 20).forEach((i) -> publisher.publish("orders", message("m" + i)));
		// What it published is handled when it is closed.
		publisher.close();
		List<String> expected = new ArrayList<>();
		IntStream.range(0, 20).forEach((i) -> expected.addAll(List.of("m" + i, "m" + i, "m" + i)));
		assertThat(texts()).containsExactlyInAnyOrderElementsOf(expected);
	}

	@Test
	void membersOfAQueueShareItWhateverTheirGeneration() throws Exception {
		try (GoSubscriber v1 = GoSubscriber.start(this.registry, V1, "q", "orders");
				GoSubscriber v2 = GoSubscriber.start(this.registry, NEWEST, "q", "orders")) {
			this.broker.subscribe("orders", QUEUE, this.received::add);
			Broker publisher = patient();
			IntStream.range(0, 30).forEach((i) -> publisher.publish("orders", message("m" + i)));
			publisher.close();
			List<Message> all = new ArrayList<>(v1.received);
			all.addAll(v2.received);
			this.received.forEach((event) -> all.add(event.message()));
			assertThat(all).extracting((message) -> new String(message.body(), StandardCharsets.UTF_8))
				.containsExactlyInAnyOrderElementsOf(IntStream.range(0, 30).mapToObj((i) -> "m" + i).toList());
			assertThat(v1.received).hasSize(10);
			assertThat(v2.received).hasSize(10);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { V1, NEWEST })
	void generationThatIsNotThereDoesNotSlowPublishersDown(String present) throws Exception {
		AtomicInteger asked = new AtomicInteger();
		String absent = present.equals(V1) ? NEWEST : V1;
		Registry slow = new FailingRegistry(this.registry, (service) -> false) {

			@Override
			public List<Service> get(String name) {
				if (name.equals(absent) && ids(absent).isEmpty()) {
					asked.incrementAndGet();
					LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
				}
				return super.get(name);
			}

		};
		try (GoSubscriber there = GoSubscriber.start(this.registry, present, BROADCAST, "orders");
				Broker publisher = Broker.http(slow)) {
			IntStream.range(0, 200).forEach((i) -> publisher.publish("orders", message("m" + i)));
			await().atMost(PATIENCE).untilAsserted(() -> assertThat(there.received).hasSize(200));
			// All of them would take 10 s more.
			assertThat(asked.get()).isBetween(1, 100);
			try (GoSubscriber late = GoSubscriber.start(this.registry, absent, BROADCAST, "orders")) {
				await().untilAsserted(() -> {
					publisher.publish("orders", message("late"));
					assertThat(late.received).isNotEmpty();
				});
			}
		}
	}

	@Test
	void registryThatFailsForOneGenerationDoesNotKeepTheOtherFromItsMessages() throws Exception {
		Set<String> failing = ConcurrentHashMap.newKeySet();
		Registry half = new FailingRegistry(this.registry, (service) -> false) {

			@Override
			public List<Service> get(String name) {
				if (failing.contains(name)) {
					throw new RegistryException("no registry here", null);
				}
				return super.get(name);
			}

		};
		failing.add(V1);
		try (GoSubscriber there = GoSubscriber.start(this.registry, NEWEST, BROADCAST, "orders");
				Broker publisher = Broker.http(half)) {
			publisher.publish("orders", message("hi"));
			await().untilAsserted(() -> assertThat(there.received).hasSize(1));
			failing.add(NEWEST);
			assertThatExceptionOfType(BrokerException.class)
				.isThrownBy(() -> publisher.publish("orders", message("nobody is known")))
				.withMessageContaining("orders")
				.withMessageContaining("no registry here");
			failing.clear();
			publisher.publish("orders", message("again"));
			await().untilAsserted(() -> assertThat(there.received).hasSize(2));
		}
	}

	@Test
	void whoComesFirstIsReachedAtOnceHoweverSlowTheRegistry() {
		Registry slow = new FailingRegistry(this.registry, (service) -> false) {

			@Override
			public List<Service> get(String name) {
				LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
				return super.get(name);
			}

		};
		try (Broker publisher = Broker.http(slow)) {
			publisher.publish("orders", message("nobody is there"));
			this.broker.subscribe("orders", SubscribeOptions.defaults(), this.received::add);
			publisher.publish("orders", message("hi"));
			await().untilAsserted(() -> assertThat(texts()).containsExactly("hi"));
		}
	}

	/** A publisher that waits at its close until all has left. */
	private Broker patient() {
		return Broker.http(this.registry, HttpBrokerOptions.defaults().withQueue(1024, PATIENCE));
	}

	private List<String> ids(String name) {
		return this.registry.get(name).stream().flatMap((service) -> service.nodes().stream()).map(Node::id).toList();
	}

	private int post(String path, Message message) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + this.broker.address() + path))
			.timeout(Duration.ofSeconds(10))
			.POST(HttpRequest.BodyPublishers.ofByteArray(Envelope.encode(message)))
			.build();
		return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
	}

	private static Map.Entry<String, String> entry(String key, String value) {
		return Map.entry(key, value);
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

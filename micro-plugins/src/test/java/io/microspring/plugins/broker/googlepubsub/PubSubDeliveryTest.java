package io.microspring.plugins.broker.googlepubsub;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import com.google.protobuf.ByteString;
import com.google.pubsub.v1.ListSubscriptionsRequest;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.PullRequest;
import io.microspring.broker.AckMode;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.broker.RetryOptions;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static io.microspring.plugins.broker.Texts.assertRefused;
import static io.microspring.plugins.broker.Texts.awaitBodies;
import static io.microspring.plugins.broker.Texts.bodies;
import static io.microspring.plugins.broker.Texts.body;
import static io.microspring.plugins.broker.Texts.eventually;
import static io.microspring.plugins.broker.Texts.message;
import static io.microspring.plugins.broker.Texts.publish;
import static io.microspring.plugins.broker.Texts.subscribe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What stands in Pub/Sub, what it does not take, and what comes again. */
class PubSubDeliveryTest {

	@RegisterExtension
	static final ExternalServer PUBSUB = new ExternalServer(ServerRecipe.pubsub());

	private final String topic = "topic-" + UUID.randomUUID();

	private final String queue = "queue-" + UUID.randomUUID();

	private final SubscribeOptions shared = SubscribeOptions.defaults().withQueue(this.queue);

	private final List<PubSubBroker> opened = new ArrayList<>();

	/** Google's own, for what others see and do. */
	private PubSubClients others;

	@BeforeEach
	void connect() throws IOException {
		this.others = new PubSubClients(options());
	}

	@AfterEach
	void close() {
		this.opened.forEach(PubSubBroker::close);
		this.others.close();
	}

	@Test
	void messageIsTheBodyWithAttributesAsGosPluginHasIt() {
		PubSubBroker broker = open(options());
		broker.subscribe(this.topic, this.shared, (event) -> {
		}).close();
		broker.publish(this.topic, message("one"));
		PubsubMessage seen = this.others.subscriptions()
			.pullCallable()
			.call(PullRequest.newBuilder()
				.setSubscription("projects/delivery/subscriptions/" + this.queue)
				.setMaxMessages(1)
				.build())
			.getReceivedMessages(0)
			.getMessage();
		assertThat(seen.getData().toStringUtf8()).isEqualTo("one");
		assertThat(seen.getAttributesMap()).isEqualTo(Map.of("k", "v"));
		List<Event> received = subscribe(broker, this.topic, SubscribeOptions.defaults());
		this.others.topics()
			.publishCallable()
			.call(PublishRequest.newBuilder()
				.setTopic("projects/delivery/topics/" + this.topic)
				.addMessages(PubsubMessage.newBuilder()
					.setData(ByteString.copyFromUtf8("two"))
					.putAttributes("Micro-Id", "7"))
				.build());
		awaitBodies(received, "two");
		assertThat(received.get(0).message().header("Micro-Id")).isEqualTo("7");
	}

	@Test
	void subscriptionWithoutAQueueGoesWhenItEndsAndAQueueStays() {
		PubSubBroker broker = open(options().withProject("lifetime"));
		Subscription alone = broker.subscribe(this.topic, SubscribeOptions.defaults(), (event) -> {
		});
		broker.subscribe(this.topic, this.shared, (event) -> {
		}).close();
		assertThat(subscriptions("lifetime")).hasSize(2).anyMatch((name) -> name.contains("/q-"));
		// When the process is killed, the service removes it: later than the messages.
		assertThat(all("lifetime")).filteredOn((one) -> one.getExpirationPolicy().getTtl().getSeconds() == 172_800)
			.singleElement()
			.matches((one) -> one.getName().contains("/q-"))
			.matches((one) -> one.getMessageRetentionDuration().getSeconds() == 86_400);
		alone.close();
		assertThat(subscriptions("lifetime")).containsExactly("projects/lifetime/subscriptions/" + this.queue);
		publish(broker, this.topic, 0, 3);
		List<Event> received = subscribe(open(options().withProject("lifetime")), this.topic, this.shared);
		awaitBodies(received, "0", "1", "2");
	}

	@Test
	void whatPubSubCannotCarryIsRefused() {
		PubSubBroker broker = open(options().withMaxMessageSize(1000));
		for (String name : List.of("", "a", "1abc", "googler", "a/bc", "a bc", "x".repeat(256))) {
			assertRefused(() -> broker.publish(name, message("x")));
			assertRefused(() -> subscribe(broker, name, SubscribeOptions.defaults()));
		}
		assertRefused(() -> subscribe(broker, this.topic, this.shared.withQueue("a/b")));
		assertNotTaken(broker, message("x".repeat(1001)), "1000 allowed");
		assertNotTaken(broker, new Message(Metadata.of("k", "x".repeat(1025)), new byte[1]), "1025");
		assertNotTaken(broker, new Message(Metadata.of("googler", "x"), new byte[1]), "googler");
		Metadata.Builder many = Metadata.builder();
		IntStream.range(0, 101).forEach((i) -> many.set("k" + i, "v"));
		assertNotTaken(broker, new Message(many.build(), new byte[1]), "101 headers");
		assertThatIllegalArgumentException().isThrownBy(() -> options().withEmulator("http://a:1"));
		assertThatIllegalArgumentException().isThrownBy(() -> options().withAckDeadline(Duration.ofSeconds(1)));
	}

	@Test
	void queueOfAnotherTopicIsRefusedUnlessQueuesAreByTopic() {
		PubSubBroker broker = open(options());
		subscribe(broker, this.topic, this.shared);
		assertThatExceptionOfType(BrokerException.class)
			.isThrownBy(() -> subscribe(broker, this.topic + ".b", this.shared))
			.withMessageContaining("queue-per-topic");
		PubSubBroker each = open(options().withQueuePerTopic(true));
		List<Event> received = subscribe(each, this.topic + ".b", this.shared);
		each.publish(this.topic + ".b", message("b"));
		awaitBodies(received, "b");
	}

	@Test
	void whatWasNotAcknowledgedByHandComesAgainAndPoisonGoesToTheDeadLetter() {
		PubSubBroker broker = open(options());
		List<Event> held = new CopyOnWriteArrayList<>();
		Subscription first = broker.subscribe(this.topic, this.shared.withAck(AckMode.MANUAL), held::add);
		publish(broker, this.topic, 0, 3);
		awaitBodies(held, "0", "1", "2");
		Event done = held.get(1);
		done.ack();
		first.close();
		List<Event> again = subscribe(broker, this.topic, this.shared);
		eventually().untilAsserted(() -> assertThat(bodies(again)).hasSize(2).doesNotContain(body(done)));
		List<Event> dead = subscribe(broker, this.topic + ".dead", SubscribeOptions.defaults());
		PubSubBroker small = open(options().withMaxMessageSize(10));
		subscribe(small, this.topic, SubscribeOptions.defaults().withDeadLetter(this.topic + ".dead"));
		broker.publish(this.topic, message("x".repeat(11)));
		eventually().untilAsserted(() -> assertThat(dead).hasSize(1));
		assertThat(dead.get(0).message().header(Headers.DEAD_LETTER_REASON)).contains("10 allowed");
	}

	@Test
	void deadLetterWithAsManyHeadersAsMayBeGoesWithoutThem() {
		PubSubBroker broker = open(options());
		List<Event> dead = subscribe(broker, this.topic + ".dead", SubscribeOptions.defaults());
		broker.subscribe(this.topic,
				this.shared.withRetry(RetryOptions.defaults().withAttempts(1)).withDeadLetter(this.topic + ".dead"),
				(event) -> {
					throw new IllegalStateException("no good, said on purpose");
				});
		Metadata.Builder many = Metadata.builder().set("Content-Type", "text/plain");
		IntStream.range(0, 98).forEach((i) -> many.set("k" + i, "v"));
		broker.publish(this.topic, new Message(many.build(), message("poison").body()));
		awaitBodies(dead, "poison");
		Message letter = dead.get(0).message();
		assertThat(letter.header(Headers.DEAD_LETTER_REASON)).contains("no good", "99 headers are left out");
		assertThat(letter.header("Content-Type")).isEqualTo("text/plain");
		assertThat(letter.header("k0")).isNull();
	}

	@Test
	void aSlowSubscriberIsNotSentMoreThanItAskedFor() {
		PubSubBroker broker = open(options().withMaxOutstanding(10));
		CountDownLatch gate = new CountDownLatch(1);
		List<Event> received = new CopyOnWriteArrayList<>();
		PubSubSubscription slow = (PubSubSubscription) broker.subscribe(this.topic, this.shared, (event) -> {
			gate.await(1, TimeUnit.MINUTES);
			received.add(event);
		});
		publish(broker, this.topic, 0, 100);
		eventually().untilAsserted(() -> assertThat(slow.unsettled()).isEqualTo(10));
		gate.countDown();
		eventually().untilAsserted(() -> assertThat(new TreeSet<>(bodies(received))).hasSize(100));
	}

	@Test
	void subscriptionsAreMadeAgainWhenTheServerHasForgottenThem() {
		PUBSUB.requireOurs();
		PubSubBroker broker = open(options().withTimeout(Duration.ofSeconds(3)));
		List<Event> copy = subscribe(broker, this.topic, SubscribeOptions.defaults());
		List<Event> queued = subscribe(broker, this.topic, this.shared);
		broker.publish(this.topic, message("before"));
		awaitBodies(copy, "before");
		PUBSUB.kill();
		assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> broker.publish(this.topic, message("lost")))
			.withMessageContaining(PUBSUB.address());
		assertThat(broker.health().state().name()).isEqualTo("DOWN");
		try (PubSubBroker late = new PubSubBroker(options().withTimeout(Duration.ofSeconds(1)))) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(late::connect)
				.withMessageContaining("cannot be reached within 1000 ms");
		}
		PUBSUB.start();
		eventually().ignoreExceptionsInstanceOf(BrokerException.class).untilAsserted(() -> {
			broker.publish(this.topic, message("after"));
			assertThat(bodies(copy)).contains("after");
			assertThat(bodies(queued)).contains("after");
		});
		assertThat(broker.health().state().name()).isEqualTo("UP");
	}

	private List<String> subscriptions(String project) {
		return all(project).stream().map(com.google.pubsub.v1.Subscription::getName).toList();
	}

	private List<com.google.pubsub.v1.Subscription> all(String project) {
		return this.others.subscriptions()
			.listSubscriptionsCallable()
			.call(ListSubscriptionsRequest.newBuilder().setProject("projects/" + project).build())
			.getSubscriptionsList();
	}

	private void assertNotTaken(PubSubBroker broker, Message message, String told) {
		assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> broker.publish(this.topic, message))
			.withMessageContaining(told)
			.satisfies((ex) -> assertThat(ex.isRefused()).isTrue());
	}

	private static PubSubOptions options() {
		return PubSubOptions.defaults().withProject("delivery").withEmulator(PUBSUB.address());
	}

	private PubSubBroker open(PubSubOptions options) {
		PubSubBroker broker = new PubSubBroker(options);
		this.opened.add(broker);
		return broker;
	}

}

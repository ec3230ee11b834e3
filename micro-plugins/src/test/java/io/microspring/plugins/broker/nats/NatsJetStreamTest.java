package io.microspring.plugins.broker.nats;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.microspring.broker.AckMode;
import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Envelope;
import io.microspring.broker.Event;
import io.microspring.broker.RetryOptions;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.plugins.broker.nats.NatsBrokerOptions.Mode;
import io.microspring.plugins.nats.NatsServers;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.api.ConsumerConfiguration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What JetStream keeps, which plain NATS does not. */
class NatsJetStreamTest {

	@RegisterExtension
	static final ExternalServer NATS = new ExternalServer(ServerRecipe.nats("""
			jetstream { store_dir: "{dir}/streams" }
			authorization {
			  users = [
			    { user: owner, password: secret }
			    { user: guest, password: secret, permissions: { publish: { deny: [
			        "$JS.API.CONSUMER.CREATE.>", "$JS.API.CONSUMER.DURABLE.CREATE.>" ] } } }
			  ]
			}
			no_auth_user: owner
			"""));

	/** Where little is room for. */
	@RegisterExtension
	static final ExternalServer SMALL = new ExternalServer(ServerRecipe.nats("""
			jetstream { store_dir: "{dir}/streams" }
			accounts { small { jetstream { max_file: 200KB }, users: [ { user: fleet, password: secret } ] } }
			no_auth_user: fleet
			"""));

	@RegisterExtension
	static final ExternalServer PLAIN = new ExternalServer(ServerRecipe.nats(""));

	@Test
	void queueKeepsWhatIsPublishedWhileNobodyIsThere() {
		SubscribeOptions queue = SubscribeOptions.defaults().withQueue("keepers");
		try (Broker broker = open()) {
			broker.subscribe("kept", queue, (event) -> {
			}).close();
			IntStream.range(0, 10).forEach((i) -> broker.publish("kept", message("" + i)));
			List<String> received = new CopyOnWriteArrayList<>();
			CountDownLatch gate = new CountDownLatch(1);
			try (Broker later = open()) {
				Subscription back = later.subscribe("kept", queue, (event) -> {
					received.add(text(event));
					gate.await(20, TimeUnit.SECONDS);
				});
				eventually().until(() -> received.contains("0"));
				gate.countDown();
				eventually().until(() -> received.size() == 10);
				assertThat(received)
					.containsExactlyElementsOf(IntStream.range(0, 10).mapToObj(String::valueOf).toList());
				eventually().until(() -> back.lag().orElse(-1) == 0);
			}
		}
	}

	@Test
	void lagIsWhatWaitsForTheQueue() {
		SubscribeOptions queue = SubscribeOptions.defaults().withQueue("slow");
		CountDownLatch gate = new CountDownLatch(1);
		try (Broker broker = open()) {
			Subscription slow = broker.subscribe("lagging", queue, (event) -> gate.await(30, TimeUnit.SECONDS));
			IntStream.range(0, 200).forEach((i) -> broker.publish("lagging", message("" + i)));
			// Those included that are here already.
			eventually().until(() -> slow.lag().orElse(-1) == 200);
			gate.countDown();
			eventually().until(() -> slow.lag().orElse(-1) == 0);
		}
	}

	@Test
	void messageThatNobodyAcknowledgedComesAgain() throws Exception {
		SubscribeOptions byHand = SubscribeOptions.defaults().withQueue("hands").withAck(AckMode.MANUAL);
		BlockingQueue<Event> first = new LinkedBlockingQueue<>();
		BlockingQueue<Event> second = new LinkedBlockingQueue<>();
		try (Broker broker = open()) {
			Subscription leaving = broker.subscribe("byhand", byHand, first::add);
			broker.publish("byhand", message("a"));
			broker.publish("byhand", message("b"));
			Event a = first.poll(20, TimeUnit.SECONDS);
			assertThat(first.poll(20, TimeUnit.SECONDS)).isNotNull();
			a.ack();
			leaving.close();
			try (Subscription staying = broker.subscribe("byhand", byHand, second::add)) {
				Event again = second.poll(20, TimeUnit.SECONDS);
				assertThat(again).isNotNull();
				assertThat(text(again)).isEqualTo("b");
				again.ack();
			}
		}
	}

	@Test
	void ackWaitOfAQueueThatIsThereIsChangedAndWhatIsSlowHandledOnce() throws Exception {
		SubscribeOptions queue = SubscribeOptions.defaults().withQueue("patient");
		try (Broker before = open(NATS, Duration.ofSeconds(1))) {
			before.subscribe("slow", queue, (event) -> {
			}).close();
		}
		AtomicInteger calls = new AtomicInteger();
		try (Broker broker = open(NATS, Duration.ofMinutes(1));
				Connection others = Nats.connect("nats://" + NATS.address())) {
			Subscription slow = broker.subscribe("slow", queue, (event) -> {
				calls.incrementAndGet();
				new CountDownLatch(1).await(3, TimeUnit.SECONDS);
			});
			ConsumerConfiguration now = others.jetStreamManagement()
				.getConsumerInfo("slow", "patient_slow")
				.getConsumerConfiguration();
			assertThat(now.getAckWait()).isEqualTo(Duration.ofMinutes(1));
			assertThat(now.getMaxAckPending()).isEqualTo(100_000);
			broker.publish("slow", message("one"));
			eventually().until(() -> slow.lag().orElse(-1) == 0);
			assertThat(calls).hasValue(1);
		}
	}

	@Test
	void whatIsSlowIsHandledOnceAlsoWhereTheAckWaitIsNotOursToChange() {
		SubscribeOptions queue = SubscribeOptions.defaults().withQueue("theirs");
		try (Broker owner = open(NATS, Duration.ofSeconds(1))) {
			owner.subscribe("given", queue, (event) -> {
			}).close();
		}
		AtomicInteger calls = new AtomicInteger();
		NatsBrokerOptions guest = NatsBrokerOptions.defaults()
			.withServers(NatsServers.defaults().withAddress(NATS.address()).withCredentials("guest", "secret"));
		try (Broker broker = new NatsBroker(guest.withMode(Mode.JETSTREAM).withAckWait(Duration.ofMinutes(1)))) {
			Subscription given = broker.subscribe("given", queue, (event) -> {
				calls.incrementAndGet();
				new CountDownLatch(1).await(3, TimeUnit.SECONDS);
			});
			broker.publish("given", message("one"));
			eventually().until(() -> given.lag().orElse(-1) == 0);
			assertThat(calls).hasValue(1);
		}
	}

	@Test
	void deadLetterThatThereIsNoRoomForWaitsUntilThereIs() throws Exception {
		CountDownLatch gate = new CountDownLatch(1);
		List<Event> letters = new CopyOnWriteArrayList<>();
		SubscribeOptions once = SubscribeOptions.defaults()
			.withQueue("q")
			.withRetry(RetryOptions.defaults().withAttempts(1))
			.withDeadLetter("letters");
		try (Broker broker = open(SMALL, Duration.ofSeconds(2));
				Connection others = Nats.connect("nats://" + SMALL.address())) {
			broker.subscribe("letters", SubscribeOptions.defaults(), letters::add);
			Subscription failing = broker.subscribe("failing", once, (event) -> {
				gate.await(20, TimeUnit.SECONDS);
				throw new IllegalStateException("thrown by a handler, on purpose");
			});
			broker.publish("failing", message("poison"));
			assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> fill(broker))
				.withMessageContaining("filling")
				.matches((ex) -> !ex.isRefused());
			gate.countDown();
			eventually().during(Duration.ofSeconds(1)).until(() -> failing.lag().orElse(-1) == 1);
			others.jetStreamManagement().purgeStream("filling");
			eventually().until(() -> letters.size() == 1);
			assertThat(text(letters.get(0))).isEqualTo("poison");
			eventually().until(() -> failing.lag().orElse(-1) == 0);
		}
	}

	/** Until there is no room for the least. */
	private static void fill(Broker broker) {
		try {
			IntStream.range(0, 1000).forEach((i) -> broker.publish("filling", message("x".repeat(10_000))));
		}
		catch (BrokerException ex) {
			IntStream.range(0, 1000).forEach((i) -> broker.publish("filling", message("x")));
		}
	}

	@Test
	void plainPublisherAndPlainSubscriberOfGoTakePart() throws Exception {
		List<String> received = new CopyOnWriteArrayList<>();
		List<String> heard = new CopyOnWriteArrayList<>();
		try (Broker broker = open(); Connection go = Nats.connect("nats://" + NATS.address())) {
			broker.subscribe("mixed", SubscribeOptions.defaults().withQueue("ours"),
					(event) -> received.add(text(event)));
			go.createDispatcher((message) -> heard
				.add(new String(Envelope.decode(message.getData()).body(), StandardCharsets.UTF_8))).subscribe("mixed");
			go.publish("mixed", Envelope.encode(message("from Go")));
			go.flush(Duration.ofSeconds(10));
			broker.publish("mixed", message("from us"));
			eventually().untilAsserted(() -> {
				assertThat(received).containsExactly("from Go", "from us");
				assertThat(heard).containsExactly("from Go", "from us");
			});
		}
	}

	@Test
	void messageThatCannotBeReadGoesToTheDeadLetterAndNeverComesAgain() throws Exception {
		List<Event> letters = new CopyOnWriteArrayList<>();
		List<String> received = new CopyOnWriteArrayList<>();
		try (Broker broker = open(); Connection go = Nats.connect("nats://" + NATS.address())) {
			broker.subscribe("dead", SubscribeOptions.defaults(), letters::add);
			Subscription queue = broker.subscribe("poisoned",
					SubscribeOptions.defaults().withQueue("q").withDeadLetter("dead"),
					(event) -> received.add(text(event)));
			go.publish("poisoned", "no envelope".getBytes(StandardCharsets.UTF_8));
			broker.publish("poisoned", message("fine"));
			eventually().untilAsserted(() -> assertThat(received).containsExactly("fine"));
			eventually().until(() -> letters.size() == 1);
			eventually().until(() -> queue.lag().orElse(-1) == 0);
			assertThat(letters).hasSize(1);
		}
	}

	@Test
	void serverWithoutJetStreamIsSaid() {
		try (Broker broker = new NatsBroker(
				NatsBrokerOptions.defaults().withAddress(PLAIN.address()).withMode(Mode.JETSTREAM))) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> broker.publish("t", message("x")))
				.withMessageContaining("publish to t")
				.withMessageContaining("JetStream");
		}
	}

	private static Broker open() {
		return open(NATS, Duration.ofSeconds(2));
	}

	private static Broker open(ExternalServer server, Duration ackWait) {
		return new NatsBroker(NatsBrokerOptions.defaults()
			.withAddress(server.address())
			.withMode(Mode.JETSTREAM)
			.withAckWait(ackWait));
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

}

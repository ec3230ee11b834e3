package io.microspring.plugins.broker.nsq;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.microspring.broker.AckMode;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Envelope;
import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.health.HealthReport;
import io.microspring.message.Headers;
import io.microspring.plugins.broker.HangingUp;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static io.microspring.plugins.broker.Texts.assertRefused;
import static io.microspring.plugins.broker.Texts.awaitBodies;
import static io.microspring.plugins.broker.Texts.bodies;
import static io.microspring.plugins.broker.Texts.eventually;
import static io.microspring.plugins.broker.Texts.message;
import static io.microspring.plugins.broker.Texts.publish;
import static io.microspring.plugins.broker.Texts.subscribe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What stands in NSQ, what it does not take, and what is said when it is away. */
class NsqDeliveryTest {

	@RegisterExtension
	static final ExternalServer NSQD = new ExternalServer(ServerRecipe.nsqd(Map.of()));

	@RegisterExtension
	static final ExternalServer SECOND = new ExternalServer(ServerRecipe.nsqd(Map.of(), "-max-rdy-count=50"));

	private static final SubscribeOptions QUEUE = SubscribeOptions.defaults().withQueue("q");

	private final String topic = "delivery." + UUID.randomUUID();

	private final List<NsqBroker> opened = new ArrayList<>();

	@AfterEach
	void close() {
		this.opened.forEach(NsqBroker::close);
	}

	@Test
	void messageIsTheEnvelopeOfGoAndAQueueIsAChannel() throws Exception {
		NsqBroker broker = open(options());
		List<Event> received = subscribe(broker, this.topic, QUEUE);
		List<Event> alone = subscribe(broker, this.topic, SubscribeOptions.defaults());
		http("/pub?topic=" + this.topic, Envelope.encode(message("one")));
		awaitBodies(received, "one");
		awaitBodies(alone, "one");
		String channels = http("/stats?format=json&topic=" + this.topic, new byte[0]);
		assertThat(channels).contains("\"channel_name\":\"q\"")
			.containsPattern("\"channel_name\":\"[^\"]*#ephemeral\"");
		broker.publish(this.topic, message("two"));
		awaitBodies(received, "one", "two");
	}

	@Test
	void whatIsNoEnvelopeGoesToTheDeadLetter() throws Exception {
		NsqBroker broker = open(options());
		List<Event> dead = subscribe(broker, this.topic + ".dead", SubscribeOptions.defaults());
		List<Event> received = subscribe(broker, this.topic, QUEUE.withDeadLetter(this.topic + ".dead"));
		http("/pub?topic=" + this.topic, "no envelope".getBytes(StandardCharsets.UTF_8));
		broker.publish(this.topic, message("fine"));
		awaitBodies(received, "fine");
		awaitBodies(dead, "no envelope");
		assertThat(dead.get(0).message().header(Headers.DEAD_LETTER_REASON)).contains("envelope");
	}

	@Test
	void whatNsqCannotCarryIsRefused() {
		NsqBroker broker = open(options());
		for (String name : List.of("", "a/b", "a b", "grüße", "x".repeat(65), "a#b")) {
			assertRefused(() -> broker.publish(name, message("x")));
			assertRefused(() -> subscribe(broker, name, SubscribeOptions.defaults()));
		}
		assertRefused(() -> subscribe(broker, this.topic, QUEUE.withQueue("a/b")));
		// nsqd's own limit, 1 MiB.
		assertThatExceptionOfType(BrokerException.class)
			.isThrownBy(() -> broker.publish(this.topic, message("x".repeat(1024 * 1024))))
			.withMessageContaining("E_BAD_MESSAGE")
			.matches(BrokerException::isRefused);
		NsqBroker small = open(options().withMaxMessageSize(100));
		assertThatExceptionOfType(BrokerException.class)
			.isThrownBy(() -> small.publish(this.topic, message("x".repeat(100))))
			.withMessageContaining("100 allowed")
			.matches(BrokerException::isRefused);
		List<Event> received = subscribe(broker, this.topic, QUEUE);
		broker.publish(this.topic, message("after"));
		awaitBodies(received, "after");
	}

	@Test
	void subscriptionReceivesFromEveryNsqdAlsoWhenOneIsAway() {
		NSQD.requireOurs();
		SECOND.requireOurs();
		NsqBroker both = open(options().withAddress(NSQD.address() + "," + SECOND.address()));
		SECOND.kill();
		List<Event> received = subscribe(both, this.topic, QUEUE);
		publish(both, this.topic, 0, 5);
		awaitBodies(received, "0", "1", "2", "3", "4");
		SECOND.start();
		NsqBroker second = open(options().withAddress(SECOND.address()));
		second.publish(this.topic, message("second"));
		eventually().untilAsserted(() -> assertThat(bodies(received)).contains("second"));
	}

	@Test
	void messageThatTakesLongIsKeptFromOthers() {
		NsqBroker broker = open(options().withMessageTimeout(Duration.ofSeconds(1)));
		List<Event> received = new CopyOnWriteArrayList<>();
		CountDownLatch gate = new CountDownLatch(1);
		broker.subscribe(this.topic, QUEUE, (event) -> {
			received.add(event);
			gate.await(4, TimeUnit.SECONDS);
		});
		broker.publish(this.topic, message("long"));
		eventually().untilAsserted(() -> assertThat(received).hasSize(1));
		// Longer than nsqd would wait without a word.
		eventually().during(Duration.ofSeconds(3)).untilAsserted(() -> assertThat(received).hasSize(1));
	}

	@Test
	void aSlowSubscriberIsNotSentMoreThanItAskedFor() {
		NsqBroker broker = open(options().withMaxInFlight(10));
		CountDownLatch gate = new CountDownLatch(1);
		List<Event> received = new CopyOnWriteArrayList<>();
		NsqSubscription slow = (NsqSubscription) broker.subscribe(this.topic, QUEUE, (event) -> {
			gate.await(1, TimeUnit.MINUTES);
			received.add(event);
		});
		publish(broker, this.topic, 0, 100);
		eventually().untilAsserted(() -> assertThat(slow.unsettled()).isEqualTo(10));
		gate.countDown();
		eventually().untilAsserted(() -> assertThat(received).hasSize(100));
	}

	@Test
	void messageThatProcessesDieOfGoesToTheDeadLetterTopic() {
		NsqBroker broker = open(options().withMaxDeliveries(2));
		List<Event> dead = subscribe(broker, this.topic + ".dead", SubscribeOptions.defaults());
		SubscribeOptions options = QUEUE.withAck(AckMode.MANUAL).withDeadLetter(this.topic + ".dead");
		broker.publish(this.topic, message("deadly"));
		for (int i = 0; i < 2; i++) {
			List<Event> received = new CopyOnWriteArrayList<>();
			Subscription subscription = broker.subscribe(this.topic, options, received::add);
			awaitBodies(received, "deadly");
			subscription.close();
		}
		List<Event> received = subscribe(broker, this.topic, options);
		awaitBodies(dead, "deadly");
		assertThat(dead.get(0).message().header(Headers.DEAD_LETTER_REASON)).contains("3 times", "max-deliveries");
		assertThat(dead.get(0).message().header("k")).isEqualTo("v");
		assertThat(received).isEmpty();
	}

	@Test
	void nsqdIsAskedForNoMoreThanItAllows() {
		NsqBroker broker = open(options().withAddress(SECOND.address()).withMaxInFlight(200));
		List<Event> received = subscribe(broker, this.topic, QUEUE);
		broker.publish(this.topic, message("one"));
		awaitBodies(received, "one");
	}

	@Test
	void nsqdThatHangsUpIsNotCalledWithoutAPause() {
		HangingUp.Dialogue dialogue = (in, out) -> {
			in.readFully(new byte["  V2IDENTIFY\n".length()]);
			in.readFully(new byte[in.readInt()]);
			answer(out, "{}");
			in.readFully(new byte[("SUB " + this.topic + " q\n").length()]);
			answer(out, "OK");
		};
		try (HangingUp nsqd = new HangingUp(dialogue)) {
			subscribe(open(options().withAddress(nsqd.address())), this.topic, QUEUE);
			eventually().until(() -> nsqd.calls() >= 3);
			// 0.1, 0.2, 0.4 s and so on, rather than 0.1 s each time.
			eventually().during(Duration.ofSeconds(3)).until(() -> nsqd.calls() <= 9);
		}
	}

	private static void answer(OutputStream out, String text) throws IOException {
		frame(out, 0, text);
	}

	private static void frame(OutputStream out, int type, String text) throws IOException {
		DataOutputStream data = new DataOutputStream(out);
		data.writeInt(text.length() + 4);
		data.writeInt(type);
		data.writeBytes(text);
	}

	@Test
	void connectionThatIsBrokenIsClosedWhenItsEndIsTold() throws Exception {
		HangingUp.Dialogue dialogue = (in, out) -> {
			in.readFully(new byte["  V2IDENTIFY\n".length()]);
			in.readFully(new byte[in.readInt()]);
			answer(out, "{}");
			frame(out, 9, "of a type that there is none of");
			in.readAllBytes();
		};
		CompletableFuture<String> told = new CompletableFuture<>();
		NsqConnection.Listener listener = new NsqConnection.Listener() {
			@Override
			public void ended(NsqConnection connection, IOException why) {
				told.complete((connection.isOpen() ? "open: " : "closed: ") + why.getMessage());
			}
		};
		try (HangingUp nsqd = new HangingUp(dialogue)) {
			open(options()).open(NsqAddress.all(nsqd.address()).get(0), listener, Duration.ofSeconds(20));
			assertThat(told.get(20, TimeUnit.SECONDS)).startsWith("closed: ").contains("the unknown type 9");
		}
	}

	@Test
	void onlyWhatIsWrongWithAMessageIsRefusedForEver() {
		assertThat(new NsqException("E_BAD_MESSAGE PUB too big").failure("x").isRefused()).isTrue();
		assertThat(new NsqException("E_INVALID cannot SUB").failure("x").isRefused()).isTrue();
		BrokerException passing = new NsqException("E_PUB_FAILED PUB failed exiting").failure("nsq does not take it");
		assertThat(passing).hasMessage("nsq does not take it: E_PUB_FAILED PUB failed exiting")
			.matches((ex) -> !ex.isRefused() && !ex.isDenied());
	}

	@Test
	void nsqdThatIsAwayIsNamed() {
		try (NsqBroker broker = new NsqBroker(options().withAddress("127.0.0.1:1,localhost:2"))) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(broker::connect)
				.withMessageContaining("nsq at 127.0.0.1:1,localhost:2 cannot be reached within 10000 ms: ");
			assertThatExceptionOfType(BrokerException.class)
				.isThrownBy(() -> subscribe(broker, this.topic, SubscribeOptions.defaults()));
			assertThat(broker.health().state()).isEqualTo(HealthReport.State.DOWN);
		}
		assertThat(open(options()).health().state()).isEqualTo(HealthReport.State.UP);
	}

	@Test
	void addressesAreHostsWithAPortOrWithout() {
		assertThat(NsqAddress.all("a, b:1 ,[::1],10.0.0.1:2")).containsExactly(new NsqAddress("a", 4150),
				new NsqAddress("b", 1), new NsqAddress("::1", 4150), new NsqAddress("10.0.0.1", 2));
		for (String wrong : List.of(",", "a:b", "nsq://a", "a/b", "a:70000")) {
			assertThatIllegalArgumentException().as(wrong).isThrownBy(() -> NsqAddress.all(wrong));
		}
		assertThatIllegalArgumentException().isThrownBy(() -> NsqOptions.defaults().withAddress("root:hidden@a:1"))
			.withMessageContaining("micro.broker.nsq.secret")
			.withMessageNotContaining("hidden");
		assertThat(NsqOptions.defaults().withSecret("hidden").toString()).doesNotContain("hidden");
		assertThatIllegalArgumentException().isThrownBy(() -> NsqOptions.defaults().withMaxInFlight(0));
	}

	private static String http(String path, byte[] body) throws IOException, InterruptedException {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + NSQD.address("http") + path));
		if (body.length > 0) {
			request.POST(HttpRequest.BodyPublishers.ofByteArray(body));
		}
		return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
	}

	private static NsqOptions options() {
		return NsqOptions.defaults().withAddress(NSQD.address());
	}

	private NsqBroker open(NsqOptions options) {
		NsqBroker broker = new NsqBroker(options);
		this.opened.add(broker);
		return broker;
	}

}

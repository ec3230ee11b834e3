package io.microspring.plugins.broker.nsq;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpServer;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.health.HealthReport;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Subscriptions that find their nsqds by the real nsqlookupd, and by those that fail. */
class NsqLookupTest {

	@RegisterExtension
	static final ExternalServer LOOKUPD = new ExternalServer(lookupd());

	@RegisterExtension
	static final ExternalServer OTHER = new ExternalServer(lookupd());

	private static final SubscribeOptions QUEUE = SubscribeOptions.defaults().withQueue("q");

	private final String topic = "lookup." + UUID.randomUUID();

	private final List<AutoCloseable> opened = new ArrayList<>();

	private final List<Event> received = new CopyOnWriteArrayList<>();

	@AfterEach
	void close() throws Exception {
		for (AutoCloseable one : this.opened) {
			one.close();
		}
	}

	@Test
	void messagesOfAllNsqdsThatNsqlookupdNamesArrive() {
		ExternalServer first = nsqd(LOOKUPD, OTHER);
		ExternalServer second = nsqd(LOOKUPD, OTHER);
		publish(first, "one");
		publish(second, "two");
		NsqSubscription subscription = subscribe(finding(LOOKUPD, OTHER));
		awaitBodies("one", "two");
		assertThat(subscription.nsqds()).containsExactlyInAnyOrder(at(first), at(second));
		publish(first, "three");
		publish(second, "four");
		awaitBodies("one", "two", "three", "four");
	}

	@Test
	void topicThatNoNsqdHasYetIsFoundLater() {
		NsqBroker broker = finding(LOOKUPD);
		broker.connect();
		NsqSubscription subscription = subscribe(broker);
		assertThat(subscription.nsqds()).isEmpty();
		assertThat(broker.health().state()).isEqualTo(HealthReport.State.UP);
		publish(nsqd(LOOKUPD), "late");
		awaitBodies("late");
	}

	@Test
	void nsqdThatGoesIsGivenUpAndFoundAtAnotherPort() {
		ExternalServer gone = nsqd(LOOKUPD);
		publish(gone, "before");
		NsqSubscription subscription = subscribe(finding(LOOKUPD));
		awaitBodies("before");
		gone.kill();
		eventually().untilAsserted(() -> assertThat(subscription.nsqds()).isEmpty());
		ExternalServer back = nsqd(LOOKUPD);
		publish(back, "after");
		awaitBodies("before", "after");
		assertThat(subscription.nsqds()).containsExactly(at(back));
	}

	@Test
	void oneNsqlookupdIsEnough() {
		OTHER.requireOurs();
		NsqBroker broker = finding(LOOKUPD, OTHER);
		OTHER.kill();
		try {
			NsqSubscription subscription = subscribe(broker);
			publish(nsqd(LOOKUPD), "one");
			awaitBodies("one");
			assertThat(broker.health()).matches((health) -> health.state() == HealthReport.State.DEGRADED)
				.extracting(HealthReport::detail)
				.asString()
				.contains(OTHER.address())
				.doesNotContain(LOOKUPD.address());
			LOOKUPD.kill();
			// Who is connected stays so.
			assertThat(broker.health().state()).isEqualTo(HealthReport.State.DEGRADED);
			assertThat(subscription.isConnected()).isTrue();
			subscription.close();
			assertThat(broker.health().state()).isEqualTo(HealthReport.State.DOWN);
			assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> subscribe(broker))
				.withMessageContaining("nsqlookupd at http://" + LOOKUPD.address() + ", http://" + OTHER.address()
						+ " (micro.broker.nsq.lookupd-address) cannot be asked for the nsqds of " + this.topic)
				.withMessageContaining("refused");
			assertThatExceptionOfType(BrokerException.class).isThrownBy(broker::connect)
				.withMessageContaining(LOOKUPD.address());
		}
		finally {
			Stream.of(LOOKUPD, OTHER).forEach(ExternalServer::restart);
		}
	}

	@Test
	void publishingIsToTheConfiguredNsqd() {
		ExternalServer nsqd = nsqd(LOOKUPD);
		NsqBroker broker = open(options(LOOKUPD).withAddress("127.0.0.1:1"));
		assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> broker.publish(this.topic, message("x")))
			.withMessageContaining("nsq at 127.0.0.1:1 cannot be reached")
			.withMessageContaining("nsqlookupd is not asked where to publish");
		assertThat(broker.health().state()).isEqualTo(HealthReport.State.DOWN);
		NsqBroker both = open(options(LOOKUPD).withAddress(nsqd.address()));
		subscribe(both);
		both.publish(this.topic, message("x"));
		awaitBodies("x");
		assertThat(both.health().state()).isEqualTo(HealthReport.State.UP);
	}

	@Test
	void nsqdThatIsNamedAndAwayIsTold() {
		String away = fake(200, "{\"producers\":[{\"broadcast_address\":\"127.0.0.1\",\"tcp_port\":1}]}");
		assertThatExceptionOfType(BrokerException.class)
			.isThrownBy(() -> subscribe(open(options().withLookupdAddress(away))))
			.withMessageContaining("nsq at 127.0.0.1:1, which nsqlookupd at http://" + away + " names,");
	}

	@Test
	void whatNoNsqlookupdAnswersIsAnError() {
		String many = IntStream.rangeClosed(1, 1001)
			.mapToObj((i) -> "{\"broadcast_address\":\"h\",\"tcp_port\":" + i + "}")
			.collect(Collectors.joining(",", "{\"producers\":[", "]}"));
		assertUnusable(fake(200, many), "names 1001 nsqds, more than 1000");
		assertUnusable(fake(200, " ".repeat(1024 * 1024) + "{\"producers\":[]}"), "answers more than 1048576 bytes");
		assertUnusable(fake(200, "nonsense"), "answers 200 without JSON");
		assertUnusable(fake(200, "{}"), "answers 200 without nsqds");
		assertUnusable(fake(404, "{\"message\":\"NOT_FOUND\"}"), "answers 404 NOT_FOUND");
		assertUnusable(fake(302, "{}"), "answers 302");
		NsqOptions impatient = options().withTimeout(Duration.ofMillis(300));
		assertUnusable(impatient.withLookupdAddress(fake(0, "")), "no answer within 300 ms");
	}

	@Test
	void nsqlookupdThatDoesNotAnswerIsLoggedOnce() {
		AtomicInteger status = new AtomicInteger(500);
		AtomicInteger asked = new AtomicInteger();
		String failing = fake(() -> {
			asked.incrementAndGet();
			return status.get();
		}, "{\"producers\":[]}");
		Logger logger = (Logger) LoggerFactory.getLogger(NsqLookup.class);
		ListAppender<ILoggingEvent> log = new ListAppender<>();
		log.list = new CopyOnWriteArrayList<>();
		log.start();
		logger.addAppender(log);
		Level before = logger.getLevel();
		logger.setLevel(Level.INFO);
		try {
			subscribe(open(options().withLookupdAddress(failing + "," + LOOKUPD.address())));
			eventually().until(() -> asked.get() >= 4);
			assertThat(log.list).extracting(ILoggingEvent::getFormattedMessage)
				.containsExactly("nsqlookupd at http://" + failing
						+ " does not name nsqds, and is asked again: it answers 500" + " without nsqds");
			status.set(200);
			eventually().untilAsserted(() -> assertThat(log.list).extracting(ILoggingEvent::getFormattedMessage)
				.last()
				.isEqualTo("nsqlookupd at http://" + failing + " names nsqds again"));
		}
		finally {
			logger.detachAppender(log);
			logger.setLevel(before);
		}
	}

	@Test
	void addressesOfNsqlookupdAreHostsWithASchemeOrWithout() {
		assertThat(NsqLookupdAddress.all("a, http://b:1,https://c ,[::1]:2,a").stream().map(Object::toString))
			.containsExactly("http://a:4161", "http://b:1", "https://c:4161", "http://[::1]:2");
		assertThat(NsqLookupdAddress.all(" ")).isEmpty();
		for (String wrong : List.of("ftp://a", "http://a/lookup", "a:b", "http://", "a:0")) {
			assertThatIllegalArgumentException().as(wrong).isThrownBy(() -> options().withLookupdAddress(wrong));
		}
		assertThatIllegalArgumentException()
			.isThrownBy(() -> options().withLookupdAddress("http://root:hid,den@a:4161"))
			.withMessageNotContaining("den");
		assertThatIllegalArgumentException().isThrownBy(() -> options().withLookupdInterval(Duration.ofMillis(1)));
	}

	private void assertUnusable(String lookupd, String reason) {
		assertUnusable(options().withLookupdAddress(lookupd), reason);
	}

	private void assertUnusable(NsqOptions options, String reason) {
		assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> subscribe(open(options)))
			.withMessageContaining("cannot be asked for the nsqds of " + this.topic)
			.withMessageContaining(reason);
	}

	/** Answers everything in one way, or not at all. */
	private String fake(int status, String answer) {
		return fake(() -> status, answer);
	}

	private String fake(IntSupplier statuses, String answer) {
		try {
			HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
			server.createContext("/", (asked) -> {
				int status = statuses.getAsInt();
				if (status == 0) {
					return;
				}
				byte[] body = answer.getBytes(StandardCharsets.UTF_8);
				asked.sendResponseHeaders(status, body.length);
				asked.getResponseBody().write(body);
				asked.close();
			});
			server.start();
			this.opened.add(() -> server.stop(0));
			return "127.0.0.1:" + server.getAddress().getPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** One that knows of those nsqds that tell it of themselves at its port "tcp". */
	private static ServerRecipe lookupd() {
		return new ServerRecipe("nsqlookupd", List.of("http", "tcp"), Map.of(),
				List.of("-http-address=127.0.0.1:{http}", "-tcp-address=127.0.0.1:{tcp}"), List.of("-version"),
				(address) -> HttpClient.newHttpClient()
					.send(HttpRequest.newBuilder(URI.create("http://" + address + "/ping")).build(),
							HttpResponse.BodyHandlers.discarding())
					.statusCode() == 200);
	}

	private ExternalServer nsqd(ExternalServer... lookupds) {
		ExternalServer nsqd = new ExternalServer(ServerRecipe.nsqd(Map.of(),
				Stream.of(lookupds)
					.map((lookupd) -> "-lookupd-tcp-address=" + lookupd.address("tcp"))
					.toArray(String[]::new)));
		nsqd.requireOurs();
		nsqd.open();
		this.opened.add(nsqd);
		return nsqd;
	}

	private static NsqAddress at(ExternalServer nsqd) {
		return NsqAddress.all(nsqd.address()).get(0);
	}

	private static NsqOptions options(ExternalServer... lookupds) {
		return NsqOptions.defaults()
			.withLookupdAddress(Stream.of(lookupds).map(ExternalServer::address).collect(Collectors.joining(",")))
			.withLookupdInterval(Duration.ofMillis(200));
	}

	private NsqBroker finding(ExternalServer... lookupds) {
		return open(options(lookupds));
	}

	private NsqBroker open(NsqOptions options) {
		NsqBroker broker = new NsqBroker(options);
		this.opened.add(0, broker);
		return broker;
	}

	private NsqSubscription subscribe(NsqBroker broker) {
		return (NsqSubscription) broker.subscribe(this.topic, QUEUE, this.received::add);
	}

	private void publish(ExternalServer nsqd, String body) {
		try (NsqBroker broker = new NsqBroker(NsqOptions.defaults().withAddress(nsqd.address()))) {
			broker.publish(this.topic, message(body));
		}
	}

	private static Message message(String body) {
		return new Message(Metadata.empty(), body.getBytes(StandardCharsets.UTF_8));
	}

	private void awaitBodies(String... bodies) {
		eventually().untilAsserted(() -> assertThat(this.received)
			.extracting((event) -> new String(event.message().body(), StandardCharsets.UTF_8))
			.containsExactlyInAnyOrder(bodies));
	}

	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(50));
	}

}

package io.microspring.plugins.broker.nsq;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** An nsqd that asks another server what a secret allows. */
class NsqAuthTest {

	private static final HttpServer AUTHORITY = authority();

	@RegisterExtension
	static final ExternalServer NSQD = new ExternalServer(
			ServerRecipe.nsqd(Map.of(), "-auth-http-address=127.0.0.1:" + AUTHORITY.getAddress().getPort()));

	@AfterAll
	static void stop() {
		AUTHORITY.stop(0);
	}

	@Test
	void whoShowsTheSecretIsLetInToItsTopics() {
		NSQD.requireOurs();
		try (NsqBroker broker = new NsqBroker(options().withSecret("hidden"))) {
			List<Event> received = new CopyOnWriteArrayList<>();
			broker.subscribe("open", SubscribeOptions.defaults(), received::add);
			broker.publish("open", Message.of(Metadata.empty()));
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> received.size() == 1);
			assertThatExceptionOfType(BrokerException.class)
				.isThrownBy(() -> broker.publish("closed", Message.of(Metadata.empty())))
				.withMessageContaining("E_UNAUTHORIZED")
				.matches(BrokerException::isDenied);
		}
	}

	@Test
	void othersAreRefused() {
		NSQD.requireOurs();
		assertRefused(options(), "E_AUTH_FIRST");
		assertRefused(options().withSecret("wrong-one"), "E_AUTH_FAILED");
	}

	private static void assertRefused(NsqOptions options, String told) {
		try (NsqBroker broker = new NsqBroker(options)) {
			assertThatExceptionOfType(BrokerException.class)
				.isThrownBy(() -> broker.publish("open", Message.of(Metadata.empty())))
				.matches(BrokerException::isDenied)
				.withMessageContaining(told)
				.withMessageNotContaining("wrong-one");
			assertThatExceptionOfType(BrokerException.class)
				.isThrownBy(() -> broker.subscribe("open", SubscribeOptions.defaults(), (event) -> {
				}))
				.matches(BrokerException::isDenied)
				.withMessageContaining(told)
				.withMessageNotContaining("wrong-one");
		}
	}

	private static NsqOptions options() {
		return NsqOptions.defaults().withAddress(NSQD.address());
	}

	private static HttpServer authority() {
		try {
			HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
			server.createContext("/auth", NsqAuthTest::judge);
			server.start();
			return server;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void judge(HttpExchange asked) throws IOException {
		boolean known = asked.getRequestURI().getQuery().contains("secret=hidden");
		byte[] answer = """
				{"ttl": 3600, "identity": "us", "authorizations":
				[{"permissions": ["subscribe", "publish"], "topic": "open", "channels": [".*"]}]}
				""".getBytes(StandardCharsets.UTF_8);
		asked.sendResponseHeaders(known ? 200 : 403, known ? answer.length : -1);
		if (known) {
			asked.getResponseBody().write(answer);
		}
		asked.close();
	}

}

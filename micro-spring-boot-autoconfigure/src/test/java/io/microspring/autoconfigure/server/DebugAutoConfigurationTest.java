package io.microspring.autoconfigure.server;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import ch.qos.logback.classic.LoggerContext;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.call.Stream;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.errors.MicroException;
import io.microspring.server.RecentLog;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What an application tells go-micro's tools of itself.
 */
class DebugAutoConfigurationTest {

	private static final CallOptions JSON = CallOptions.defaults().withContentType("application/json");

	private final ApplicationContextRunner runner = MicroRunner.memory()
		.withPropertyValues("micro.server.enabled=true");

	@Test
	void healthIsAnsweredAndTheLogIsNotTold() {
		this.runner.run((context) -> {
			Client client = context.getBean(Client.class);
			assertThat(call(client, "Debug.Health").path("status").asString()).isEqualTo("ok");
			assertThat(log(client)).isEmpty();
			assertThat(context).doesNotHaveBean(RecentLog.class);
		});
	}

	@Test
	void whenDisabledThenNothingIsAnswered() {
		this.runner.withPropertyValues("micro.server.debug.enabled=false")
			.run((context) -> assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> call(context.getBean(Client.class), "Debug.Health"))
				.withMessageContaining("can't find service Debug"));
	}

	@Test
	void linesOfLogbackAreToldAsManyAsThePropertySays() {
		this.runner.withPropertyValues("micro.server.debug.log-lines=20").run((context) -> {
			IntStream.range(0, 25).forEach((i) -> LoggerFactory.getLogger("shop").warn("order {}", i));
			LoggerFactory.getLogger("shop").warn("bad order", new IllegalStateException("of no goods"));
			List<JsonNode> lines = log(context.getBean(Client.class));
			assertThat(lines).hasSize(20);
			JsonNode last = lines.stream()
				.filter((line) -> line.path("message").asString().startsWith("bad order"))
				.findFirst()
				.orElseThrow();
			assertThat(last.path("message").asString()).contains("IllegalStateException: of no goods");
			assertThat(last.path("metadata").path("level").asString()).isEqualTo("WARN");
			assertThat(last.path("metadata").path("logger").asString()).isEqualTo("shop");
		});
		assertThat(((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger("ROOT").getAppender("micro-debug-log"))
			.isNull();
	}

	@Test
	void logOfTheApplicationsOwnIsTold() {
		RecentLog own = RecentLog.of(10);
		own.add(Instant.now(), "from elsewhere", Map.of());
		this.runner.withBean(RecentLog.class, () -> own)
			.run((context) -> assertThat(log(context.getBean(Client.class))).singleElement()
				.satisfies((line) -> assertThat(line.path("message").asString()).isEqualTo("from elsewhere")));
	}

	@Test
	void lastCallsAreToldAsManyAsThePropertySays() {
		this.runner.withPropertyValues("micro.server.debug.calls=2").run((context) -> {
			Client client = context.getBean(Client.class);
			assertThat(call(client, "Debug.Trace").path("spans")).isEmpty();
		});
	}

	private static JsonNode call(Client client, String endpoint) {
		return client.call(Request.of("greeter", endpoint, Map.of()), JsonNode.class, JSON);
	}

	private static List<JsonNode> log(Client client) {
		List<JsonNode> lines = new ArrayList<>();
		try (Stream<Object, JsonNode> stream = client.stream(Request.of("greeter", "Debug.Log", null), JsonNode.class,
				JSON)) {
			stream.send(Map.of());
			stream.received().forEach(lines::add);
		}
		return lines;
	}

}

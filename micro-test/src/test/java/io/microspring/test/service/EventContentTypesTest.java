package io.microspring.test.service;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.broker.Broker;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.server.Subscriber;
import io.microspring.test.greeter.Event;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Events as each of Go's clients publishes them: the content type may name a framing, the
 * body has none.
 */
class EventContentTypesTest {

	private static final Event EVENT = Event.newBuilder()
		.setId("evt-1")
		.setTimestamp(1574000000)
		.setMessage("hi")
		.build();

	private static final String JSON = "{\"id\":\"evt-1\",\"timestamp\":1574000000,\"message\":\"hi\"}\n";

	@ParameterizedTest
	@ValueSource(strings = { "application/protobuf", "application/grpc+proto", "application/grpc",
			"application/proto-rpc", "Application/GRPC+proto; charset=utf-8" })
	void bareProtobufReachesTheSubscriber(String contentType) {
		assertThat(received(contentType, EVENT.toByteArray())).containsExactly(EVENT);
	}

	@ParameterizedTest
	@ValueSource(strings = { "application/json", "application/grpc+json", "application/json-rpc" })
	void bareJsonReachesTheSubscriber(String contentType) {
		assertThat(received(contentType, JSON.getBytes(StandardCharsets.UTF_8))).containsExactly(EVENT);
	}

	@Test
	void jsonOfTheNewestGoReachesTheSubscriber() {
		String json = JSON.replace("1574000000", "\"1574000000\"");
		assertThat(received("application/json", json.getBytes(StandardCharsets.UTF_8))).containsExactly(EVENT);
	}

	private static List<Event> received(String contentType, byte[] body) {
		List<Event> received = new CopyOnWriteArrayList<>();
		try (Registry registry = Registry.memory();
				Broker broker = Broker.memory();
				Server server = Server.builder(registry)
					.broker(broker)
					.options(ServerOptions.named("greeter")
						.withAddress("127.0.0.1:0")
						.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
					.build()) {
			server.subscribe(
					Subscriber.of("greeting", Event.class, (delivery) -> received.add((Event) delivery.payload())));
			server.startSubscribers();
			broker.publish("greeting", new Message(Metadata.of("Content-Type", contentType), body));
			await().until(() -> !received.isEmpty());
		}
		return received;
	}

}

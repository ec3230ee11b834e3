package io.microspring.test.grpc;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

import io.microspring.call.Stream;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.test.Fuzz;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import io.microspring.transport.TransportException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * gRPC calls that nobody would mean: none is answered twice, and none leaves anything
 * behind.
 */
class GrpcCallsFuzzTest {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final String[] PATHS = { "/go.micro.srv.greeter.Say/Hello", "/Say/Chat",
			"/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch",
			"/grpc.reflection.v1.ServerReflection/ServerReflectionInfo" };

	private static final String[] NAMES = { "grpc-timeout", "timeout", "x-content-type", "content-type",
			"grpc-accept-encoding", "grpc-encoding", "micro-topic", "micro-error", "trace-bin", ":authority" };

	private static final String[] VALUES = { "", "1n", "10m", "99999999H", "-1", "1e9", "application/json",
			"application/grpc", "application/grpc+", "application/grpc+json;charset", "/", "gzip", "identity,gzip,,",
			"EOS", "AAE=", "\u00e9" };

	@Test
	void noCallIsAnsweredTwiceOrLeavesAnything() {
		try (Transport transport = Transport.memory();
				Server server = Server.builder(Registry.memory())
					.transport(transport)
					.options(ServerOptions.named("go.micro.srv.greeter")
						.withAddress("127.0.0.1:0")
						.withShutdown(Duration.ZERO, Duration.ofSeconds(5)))
					.build()
					.handle(Handler.of(new Say()))) {
			server.start();

			Fuzz.run((random) -> {
				Answers answers = call(transport, server.address(), random);
				assertThat(answers.ends).hasValueLessThanOrEqualTo(1);
			});

			await().atMost(PATIENCE).untilAsserted(() -> {
				assertThat(server.stats().inFlight()).isZero();
				assertThat(server.stats().connections()).isZero();
			});
		}
	}

	private static Answers call(Transport transport, String address, Random random) {
		Metadata.Builder opening = Metadata.builder()
			.set(Headers.CALL_PROTOCOL, "grpc")
			.set(Headers.HTTP_METHOD, "POST")
			.set(Headers.PATH, path(random))
			.set("content-type", "application/grpc+json");
		for (int left = random.nextInt(4); left > 0; left--) {
			opening.set(NAMES[random.nextInt(NAMES.length)],
					random.nextBoolean() ? VALUES[random.nextInt(VALUES.length)] : noise(random));
		}
		Answers answers = new Answers();
		try (Socket socket = transport.openStream(address, PATIENCE).join()) {
			socket.receive(answers);
			socket.send(Message.of(opening.build()));
			for (int left = random.nextInt(4); left > 0; left--) {
				String body = random.nextBoolean() ? "{\"text\":\"" + random.nextInt(5) + "\"}" : noise(random);
				socket.send(new Message(Metadata.empty(), body.getBytes(StandardCharsets.UTF_8)));
			}
			if (random.nextBoolean()) {
				socket.send(Message.of(Metadata.of(Headers.END, "")));
			}
		}
		catch (TransportException answered) {
			// before all of it was sent
		}
		return answers;
	}

	private static String path(Random random) {
		String path = PATHS[random.nextInt(PATHS.length)];
		if (random.nextInt(3) > 0) {
			return path;
		}
		int at = random.nextInt(path.length());
		return path.substring(0, at) + noise(random) + path.substring(Math.min(path.length(), at + random.nextInt(3)));
	}

	private static String noise(Random random) {
		StringBuilder noise = new StringBuilder();
		for (int left = random.nextInt(12); left > 0; left--) {
			noise.append((random.nextInt(4) == 0) ? "./{}\":".charAt(random.nextInt(6)) : (char) random.nextInt(0x250));
		}
		return noise.toString();
	}

	private static final class Answers implements Receiver {

		private final AtomicInteger ends = new AtomicInteger();

		@Override
		public void onMessage(Message message) {
			if (message.headers().contains(Headers.END)) {
				this.ends.incrementAndGet();
			}
		}

		@Override
		public void onClosed(Throwable cause) {
			// it was to be
		}

	}

	/**
	 * What is said.
	 *
	 * @param text the text
	 */
	public record Text(String text) {
	}

	/**
	 * The handler.
	 */
	public static final class Say {

		public Text hello(Text in) {
			return new Text("Hello " + in.text());
		}

		public void chat(Stream<Text, Text> stream) {
			stream.received().forEach((text) -> stream.send(hello(text)));
		}

	}

}

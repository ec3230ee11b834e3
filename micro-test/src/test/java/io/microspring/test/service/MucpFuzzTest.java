package io.microspring.test.service;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;

import com.google.protobuf.StringValue;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.ClientOptions;
import io.microspring.client.Request;
import io.microspring.registry.Registry;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.test.Fuzz;
import io.microspring.test.MutatedRequests;
import io.microspring.transport.HttpOptions;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Whatever comes in over HTTP/1.1, the connection is answered and closed, nothing of our
 * inside is told, nobody waits for ever, and others are served.
 */
class MucpFuzzTest {

	private static final int PATIENCE = 10_000;

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport
		.http(HttpOptions.defaults().withMaxMessageSize(10_000).withMaxHeaderSize(4096));

	private Server server;

	private Client client;

	@BeforeEach
	void start() {
		this.server = Server.builder(this.registry)
			.transport(this.transport)
			.options(ServerOptions.named("greeter").withAddress("127.0.0.1:0"))
			.build()
			.handle(Handler.of(new Say()));
		this.server.start();
		this.server.register();
		// One connection of its own, so that those of the fuzzer can be counted.
		this.client = Client.builder(this.registry).options(ClientOptions.defaults().withMultiplex(false)).build();
	}

	@AfterEach
	void stop() {
		this.client.close();
		this.server.close();
		this.transport.close();
		this.registry.close();
	}

	@Test
	void anyBytesAreAnsweredOrTheConnectionIsClosed() {
		int attempts = Fuzz.run((random) -> {
			String answer = exchange(MutatedRequests.some(random), random);

			assertThat(answer).doesNotContain("\tat ", "Exception:", "io.netty", "io.microspring");
			assertThat(
					this.client.call(Request.of("greeter", "Say.Hello", "John"), String.class, CallOptions.defaults()))
				.isEqualTo("Hello John");
		});

		assertThat(attempts).isPositive();
		await().until(() -> this.server.stats().inFlight() == 0);
		await().until(() -> this.server.stats().connections() <= 1);
	}

	/** Writes in pieces, says that no more comes, and reads until the server closes. */
	private String exchange(byte[] bytes, Random random) throws IOException {
		String address = this.server.address();
		int colon = address.lastIndexOf(':');
		try (Socket socket = new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)))) {
			socket.setSoTimeout(PATIENCE);
			OutputStream out = socket.getOutputStream();
			int split = random.nextInt(bytes.length + 1);
			try {
				out.write(bytes, 0, split);
				out.flush();
				out.write(bytes, split, bytes.length - split);
				out.flush();
				socket.shutdownOutput();
			}
			catch (SocketException closedAlready) {
				// what it has answered can be read all the same
			}
			return read(socket.getInputStream());
		}
	}

	private static String read(InputStream in) throws IOException {
		StringBuilder text = new StringBuilder();
		byte[] buffer = new byte[4096];
		try {
			for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
				text.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
			}
		}
		catch (SocketTimeoutException ex) {
			throw new AssertionError("neither answered nor closed; so far: " + text, ex);
		}
		catch (SocketException closed) {
			// as good as the end
		}
		return text.toString();
	}

	@SuppressWarnings("unused")
	public static final class Say {

		public String hello(String name) {
			return "Hello " + name;
		}

		public StringValue greet(StringValue name) {
			return name;
		}

		public Map<String, List<String>> turn(Map<String, List<String>> map) {
			return map;
		}

		public void chat(io.microspring.call.Stream<StringValue, StringValue> stream) {
			stream.received().forEach(stream::send);
		}

	}

}

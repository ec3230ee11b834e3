package io.microspring.samples.greeter;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.microspring.samples.greeter.proto.Request;
import io.microspring.samples.greeter.proto.Response;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The JDK's WebSocket client calls the greeter. Each method is one round, and asserts
 * what it gets.
 */
final class WebSocketCaller {

	private final HttpClient http = HttpClient.newHttpClient();

	private final String address;

	/** The page's that the calls come from; null for a caller that is no browser. */
	private final @Nullable String origin;

	WebSocketCaller(String address) {
		this(address, null);
	}

	WebSocketCaller(String address, @Nullable String origin) {
		this.address = address;
		this.origin = origin;
	}

	void unary() throws Exception {
		Heard heard = new Heard();
		open("/Say/Hello", heard).sendText("{\"name\":\"John\"}", true).get(30, TimeUnit.SECONDS);
		assertThat(heard.next().trim()).isEqualTo("{\"msg\":\"Hello John\"}");
		assertThat(heard.next()).isEqualTo("closed 1000");
	}

	void stream() throws Exception {
		Heard heard = new Heard();
		open("/Say/Stream", heard).sendText("{\"name\":\"John\",\"count\":3}", true).get(30, TimeUnit.SECONDS);
		for (int i = 0; i < 3; i++) {
			assertThat(heard.next().trim()).isEqualTo("{\"msg\":\"Hello John " + i + "\"}");
		}
		assertThat(heard.next()).isEqualTo("closed 1000");
	}

	void text() throws Exception {
		Heard heard = new Heard();
		WebSocket socket = open("/Say/Bidi", heard);
		for (String name : List.of("one", "two")) {
			socket.sendText("{\"name\":\"" + name + "\"}", true).get(30, TimeUnit.SECONDS);
			assertThat(heard.next().trim()).isEqualTo("{\"msg\":\"Hello " + name + "\"}");
		}
		socket.sendBinary(ByteBuffer.allocate(0), true).get(30, TimeUnit.SECONDS);
		assertThat(heard.next()).isEqualTo("closed 1000");
	}

	void binary() throws Exception {
		Heard heard = new Heard();
		WebSocket socket = open("/Say/Hello", heard);
		byte[] request = Request.newBuilder().setName("bytes").build().toByteArray();
		socket.sendBinary(ByteBuffer.wrap(request), true).get(30, TimeUnit.SECONDS);
		assertThat(heard.next()).isEqualTo("binary Hello bytes");
		assertThat(heard.next()).isEqualTo("closed 1000");
	}

	void error() throws Exception {
		Heard heard = new Heard();
		WebSocket socket = open("/Say/Hello", heard);
		socket.sendText("{\"name\":\"error\"}", true).get(30, TimeUnit.SECONDS);
		assertThat(heard.next()).contains("\"code\":400", "bad name error");
		assertThat(heard.next()).isEqualTo("closed 1011");
	}

	private WebSocket open(String path, Heard heard) throws Exception {
		WebSocket.Builder builder = this.http.newWebSocketBuilder();
		if (this.origin != null) {
			builder.header("Origin", this.origin);
		}
		return builder.buildAsync(URI.create("ws://" + this.address + path), heard).get(30, TimeUnit.SECONDS);
	}

	/** What comes, in order. */
	private static final class Heard implements WebSocket.Listener {

		private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

		private final StringBuilder text = new StringBuilder();

		String next() throws InterruptedException {
			String event = this.events.poll(30, TimeUnit.SECONDS);
			assertThat(event).as("what came in 30 s").isNotNull();
			return event;
		}

		@Override
		public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
			this.text.append(data);
			if (last) {
				this.events.add(this.text.toString());
				this.text.setLength(0);
			}
			socket.request(1);
			return null;
		}

		@Override
		public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
			try {
				this.events.add("binary " + Response.parseFrom(data).getMsg());
			}
			catch (java.io.IOException ex) {
				this.events.add("failed " + ex);
			}
			socket.request(1);
			return null;
		}

		@Override
		public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
			this.events.add("closed " + code);
			return null;
		}

		@Override
		public void onError(WebSocket socket, Throwable failure) {
			this.events.add("failed " + failure);
		}

	}

}

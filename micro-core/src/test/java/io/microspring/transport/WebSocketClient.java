package io.microspring.transport;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;

import org.jspecify.annotations.Nullable;

/**
 * The JDK's WebSocket client, and what it hears, in order: texts as they are, binary
 * messages behind {@code binary:}, the end as {@code closed: <code>} or {@code failed}.
 */
public final class WebSocketClient implements WebSocket.Listener, AutoCloseable {

	private static final HttpClient HTTP = HttpClient.newHttpClient();

	public final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

	private final StringBuilder text = new StringBuilder();

	private final StringBuilder binary = new StringBuilder();

	public final WebSocket webSocket;

	public WebSocketClient(String address, String path, Map<String, String> headers) {
		WebSocket.Builder builder = HTTP.newWebSocketBuilder();
		headers.forEach(builder::header);
		this.webSocket = builder.buildAsync(URI.create("ws://" + address + path), this).join();
	}

	public static WebSocketClient to(String address) {
		return new WebSocketClient(address, "/Say/Bidi", Map.of());
	}

	/** The HTTP status that a handshake fails with. */
	public static int refusal(String address, String path, Map<String, String> headers) {
		try (WebSocketClient client = new WebSocketClient(address, path, headers)) {
			throw new AssertionError("opened: " + client.webSocket);
		}
		catch (CompletionException ex) {
			if (ex.getCause() instanceof java.net.http.WebSocketHandshakeException refused) {
				return refused.getResponse().statusCode();
			}
			throw ex;
		}
	}

	public WebSocketClient text(String message) {
		this.webSocket.sendText(message, true).join();
		return this;
	}

	public WebSocketClient binary(String message) {
		this.webSocket.sendBinary(ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8)), true).join();
		return this;
	}

	public WebSocketClient halfClose() {
		return binary("");
	}

	public String hear() throws InterruptedException {
		return RecordingServer.take(this.heard);
	}

	@Override
	public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
		this.text.append(data);
		if (last) {
			this.heard.add(this.text.toString());
			this.text.setLength(0);
		}
		socket.request(1);
		return null;
	}

	@Override
	public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
		this.binary.append(StandardCharsets.UTF_8.decode(data));
		if (last) {
			this.heard.add("binary:" + this.binary);
			this.binary.setLength(0);
		}
		socket.request(1);
		return null;
	}

	@Override
	public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
		this.heard.add("closed: " + code);
		return null;
	}

	@Override
	public void onError(WebSocket socket, Throwable error) {
		this.heard.add("failed: " + error);
	}

	@Override
	public void close() {
		this.webSocket.abort();
	}

}

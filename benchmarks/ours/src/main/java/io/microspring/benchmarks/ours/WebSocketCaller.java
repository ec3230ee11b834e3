package io.microspring.benchmarks.ours;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.InvalidProtocolBufferException;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.StreamCaller;
import io.microspring.benchmarks.proto.Count;
import io.microspring.benchmarks.proto.Echo;
import org.jspecify.annotations.Nullable;

/**
 * Reads streams by WebSocket, a connection for each.
 *
 * @param client the JDK's client
 * @param stream where the stream is
 */
record WebSocketCaller(HttpClient client, URI stream) implements StreamCaller {

	@Override
	public long stream(int messages, Payload each) throws Exception {
		Reader reader = new Reader(each.text().length());
		WebSocket socket = this.client.newWebSocketBuilder().buildAsync(this.stream, reader).get(10, TimeUnit.SECONDS);
		Count count = Count.newBuilder().setMessages(messages).setText(each.text()).build();
		socket.sendBinary(ByteBuffer.wrap(count.toByteArray()), true).get(10, TimeUnit.SECONDS);
		return reader.ended.get(60, TimeUnit.SECONDS);
	}

	@Override
	public void close() {
		// The JDK's client has no end before 21; its threads are daemons.
	}

	private static final class Reader implements WebSocket.Listener {

		private static final int ENDED_WELL = 1000;

		private final CompletableFuture<Long> ended = new CompletableFuture<>();

		private final int length;

		private ByteBuffer begun = ByteBuffer.allocate(0);

		private long received;

		Reader(int length) {
			this.length = length;
		}

		@Override
		public void onOpen(WebSocket socket) {
			socket.request(64);
		}

		@Override
		public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
			socket.request(1);
			ByteBuffer message = this.begun.hasRemaining() ? joined(data) : data;
			if (!last) {
				this.begun = (message == data) ? joined(data) : message;
				return null;
			}
			this.begun = ByteBuffer.allocate(0);
			try {
				Answers.check(this.length, Echo.parseFrom(message).getText().length());
				this.received++;
			}
			catch (InvalidProtocolBufferException | IllegalStateException ex) {
				this.ended.completeExceptionally(ex);
			}
			return null;
		}

		private ByteBuffer joined(ByteBuffer data) {
			return ByteBuffer.allocate(this.begun.remaining() + data.remaining()).put(this.begun).put(data).flip();
		}

		@Override
		public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
			if (status == ENDED_WELL) {
				this.ended.complete(this.received);
			}
			else {
				this.ended.completeExceptionally(new IllegalStateException("closed with " + status + " " + reason));
			}
			return null;
		}

		@Override
		public void onError(WebSocket socket, Throwable failure) {
			this.ended.completeExceptionally(failure);
		}

	}

}

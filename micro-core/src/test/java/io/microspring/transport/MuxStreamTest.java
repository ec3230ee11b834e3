package io.microspring.transport;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Streams on a connection whose peer goes over to frames and does not read them.
 */
class MuxStreamTest {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Message OPENING = Message.of(Metadata.of(Headers.ENDPOINT, "opened-when-full"));

	private final Transport transport = Transport.http();

	private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

	private ServerSocket listening;

	private RawConnection peer;

	private Multiplex connection;

	@BeforeEach
	void connect() throws Exception {
		this.listening = new ServerSocket();
		this.listening.setReceiveBufferSize(4096);
		this.listening.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
		CompletableFuture<Multiplex> dialled = this.transport
			.dialMultiplex("127.0.0.1:" + this.listening.getLocalPort(), PATIENCE);
		this.peer = new RawConnection(this.listening.accept());
		this.peer.read();
		this.peer.write(new String(MuxHandshake.ANSWER, StandardCharsets.US_ASCII));
		this.connection = dialled.get(10, TimeUnit.SECONDS);
	}

	@AfterEach
	void close() throws Exception {
		this.peer.close();
		this.transport.close();
		this.listening.close();
	}

	/** Opens a stream on the connection, which is full. */
	private void openOnFull() {
		Socket first = this.connection.open();
		first.send(Message.of(Metadata.of(Headers.ENDPOINT, "first")));
		await().until(() -> {
			this.connection.call(new Unanswered(1 << 20));
			return !first.isWritable();
		});
		Socket second = this.connection.open();
		second.receive(new Ends());
		second.send(OPENING);
	}

	@Test
	void openedWhenThereIsNoRoomItIsToldOfTheEnd() throws Exception {
		openOnFull();
		this.peer.close();

		assertThat(this.ended).succeedsWithin(PATIENCE);
	}

	@Test
	void connectionOfASilentPeerTakesNoMoreCallsUntilItIsHeardOf() throws Exception {
		this.connection.call(new Unanswered(1));
		await().until(() -> this.connection.underWay() == 1);
		assertThat(this.connection.takesCalls()).isTrue();

		await().pollInterval(Duration.ofMillis(50)).until(() -> {
			Unanswered call = new Unanswered(1);
			this.connection.call(call);
			this.connection.cancel(call);
			return !this.connection.takesCalls();
		});
		assertThat(this.connection.isOpen()).isTrue();
		assertThat(this.connection.takesStreams()).isFalse();

		ByteBuf pong = Unpooled.buffer();
		MuxFrame.writeEmpty(pong, MuxFrame.PONG, 0);
		this.peer.write(pong.toString(StandardCharsets.ISO_8859_1));

		await().until(this.connection::takesCalls);
	}

	private final class Ends implements Receiver {

		@Override
		public void onMessage(Message message) {
			// the peer sends none
		}

		@Override
		public void onClosed(@Nullable Throwable cause) {
			MuxStreamTest.this.ended.complete(true);
		}

	}

	/** A call that is never answered. */
	private static final class Unanswered extends MultiplexedCall {

		private static final CallTemplate TEMPLATE = new CallTemplate(Metadata.of(Headers.ENDPOINT, "A.B"));

		Unanswered(int bytes) {
			super(TEMPLATE, Metadata.empty(), 0, new byte[bytes]);
		}

		@Override
		protected void answered(Metadata headers, byte[] body) {
			throw new AssertionError("nobody answers");
		}

		@Override
		protected void failed(String text) {
			throw new AssertionError("nobody answers");
		}

		@Override
		protected void refused(io.microspring.errors.MicroException error) {
			throw new AssertionError("nobody answers");
		}

		@Override
		protected void broken(TransportException failure) {
			// as it has to be
		}

	}

}

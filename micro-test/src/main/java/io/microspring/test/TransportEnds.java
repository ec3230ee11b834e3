package io.microspring.test;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.Inbox;
import io.microspring.transport.Listener;
import io.microspring.transport.Socket;
import io.microspring.transport.TransportException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The part of {@link TransportContract} that is about how connections end.
 */
abstract class TransportEnds extends TransportFixture {

	/** The end of a stream is a message: whoever has ended may still be sent to. */
	@Test
	void endOfOneDirectionLeavesTheOther() throws InterruptedException {
		Message end = Message.of(Metadata.of("Micro-Error", "EOS"));
		Connection connection = connect();
		connection.client().send(text("last question"));
		connection.client().send(end);
		assertThat(connection.server().take()).isEqualTo("last question");
		assertThat(connection.server().receive().header("Micro-Error")).isEqualTo("EOS");
		for (int i = 0; i < 100; i++) {
			connection.server().send(text("answer " + i));
		}
		connection.server().send(end);
		for (int i = 0; i < 100; i++) {
			assertThat(connection.client().take()).isEqualTo("answer " + i);
		}
		assertThat(connection.client().receive().header("Micro-Error")).isEqualTo("EOS");
		assertThat(connection.client().socket().isOpen()).isTrue();
		assertThat(connection.server().socket().isOpen()).isTrue();
	}

	@Test
	void serverSeesThatTheClientClosed() throws InterruptedException {
		Connection connection = connect();
		connection.client().send(text("last words"));
		connection.client().socket().close();
		assertThat(connection.server().take()).isEqualTo("last words");
		assertThatExceptionOfType(TransportException.class).isThrownBy(() -> connection.server().receive())
			.withMessageContaining("closed");
	}

	@Test
	void clientSeesThatTheServerClosed() throws InterruptedException {
		Connection connection = connect();
		connection.server().send(text("last words"));
		connection.server().socket().close();
		assertThat(connection.client().take()).isEqualTo("last words");
		assertThatExceptionOfType(TransportException.class).isThrownBy(() -> connection.client().receive())
			.withMessageContaining("closed");
		eventually().until(() -> !connection.client().socket().isOpen());
	}

	@Test
	void everythingSentBeforeClosingArrives() throws InterruptedException {
		Connection connection = connect();
		for (int i = 0; i < 100; i++) {
			connection.server().send(new Message(Metadata.empty(), new byte[20_000 + i]));
		}
		connection.server().socket().close();
		for (int i = 0; i < 100; i++) {
			assertThat(connection.client().receive().body()).hasSize(20_000 + i);
		}
	}

	@Test
	void closingIsToldOnceToEachEnd() throws Exception {
		CompletableFuture<Messages> accepted = new CompletableFuture<>();
		Listener listener = listen((socket) -> {
			Messages messages = new Messages((message) -> socket.send(message));
			socket.receive(messages);
			accepted.complete(messages);
		});
		Socket socket = dialSocket(listener.address());
		Messages answers = new Messages((message) -> {
			socket.close();
			socket.close();
		});
		socket.receive(answers);
		socket.send(text("hi"));
		Messages server = accepted.get(WAIT.toSeconds(), TimeUnit.SECONDS);
		eventually().untilAsserted(() -> {
			assertThat(answers.closed()).hasValue(1);
			assertThat(server.closed()).hasValue(1);
		});
		socket.close();
		assertThat(answers.closed()).hasValue(1);
		assertThat(answers.cause()).isNull();
	}

	@Test
	void sendingOnAClosedSocketIsRefusedAsUnsent() throws InterruptedException {
		Connection connection = connect();
		connection.client().socket().close();
		assertThat(connection.client().socket().isOpen()).isFalse();
		assertThat(connection.client().socket().isWritable()).isFalse();
		assertThatExceptionOfType(TransportException.class).isThrownBy(() -> connection.client().send(text("late")))
			.withMessageContaining(connection.listener().address())
			.satisfies((ex) -> assertThat(ex.isUnsent()).isTrue());
	}

	@Test
	void receiverThatFailsEndsItsConnectionOnly() throws Exception {
		Listener listener = listen(receiving((message, socket) -> {
			if (text(message).equals("fail")) {
				throw new IllegalStateException("on purpose, by a test");
			}
			socket.send(message);
		}));
		End failing = dial(listener.address());
		End other = dial(listener.address());
		failing.send(text("fail"));
		assertThatExceptionOfType(TransportException.class).isThrownBy(failing::receive).withMessageContaining("close");
		other.send(text("fine"));
		assertThat(other.take()).isEqualTo("fine");
	}

	/** Where sockets share a connection, its other end learns of it a moment later. */
	@Test
	void closedListenerAcceptsNoMoreButLeavesWhatItAccepted() throws InterruptedException {
		Connection connection = connect();
		connection.listener().close();
		connection.listener().close();
		eventually().untilAsserted(() -> refusal(connection.listener().address()));
		connection.client().send(text("still there?"));
		assertThat(connection.server().take()).isEqualTo("still there?");
	}

	@Test
	void closedTransportEndsItsConnectionsAndLosesNothing() throws InterruptedException {
		Connection connection = connect();
		connection.server().send(new Message(Metadata.empty(), new byte[1_000_000]));
		this.server.close();
		this.server.close();
		assertThat(connection.client().receive().body()).hasSize(1_000_000);
		assertThatExceptionOfType(TransportException.class).isThrownBy(() -> connection.client().receive())
			.withMessageContaining("closed");
		assertThatExceptionOfType(TransportException.class).isThrownBy(() -> listenOnce(address()));
	}

	@Test
	void killedServerIsMissedByItsClients() throws Exception {
		try (EchoPeer peer = EchoPeer.listening(this, address())) {
			End client = dial(peer.address());
			client.send(text("hello"));
			assertThat(client.take()).isEqualTo("hello");
			peer.kill();
			assertThatExceptionOfType(TransportException.class).isThrownBy(client::receive)
				.withMessageContaining("closed");
			eventually().until(() -> !client.socket().isOpen());
			assertThatExceptionOfType(TransportException.class).isThrownBy(() -> client.send(text("late")));
		}
	}

	@Test
	void killedClientIsMissedByItsServer() throws Exception {
		BlockingQueue<End> accepted = new LinkedBlockingQueue<>();
		Listener listener = listen((socket) -> accepted.add(new End(socket, Inbox.of(socket))));
		try (EchoPeer peer = EchoPeer.dialling(this, listener.address())) {
			End server = accepted.poll(WAIT.toSeconds(), TimeUnit.SECONDS);
			assertThat(server).as("accepted socket").isNotNull();
			assertThat(server.take()).isEqualTo("hello");
			server.send(text("echo"));
			assertThat(server.take()).isEqualTo("echo");
			peer.kill();
			assertThatExceptionOfType(TransportException.class).isThrownBy(server::receive)
				.withMessageContaining("closed");
			eventually().until(() -> isOver(server));
		}
	}

	/**
	 * Over a network a killed process looks like one that sends no more, until it is sent
	 * something.
	 */
	private static boolean isOver(End end) {
		try {
			end.send(text("still there?"));
			return false;
		}
		catch (TransportException ex) {
			return !end.socket().isOpen();
		}
	}

}

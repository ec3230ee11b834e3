package io.microspring.test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.Inbox;
import io.microspring.transport.Listener;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import io.microspring.transport.TransportException;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@link TransportContract} works with: the transports it opens and both ends of
 * connections.
 */
abstract class TransportFixture {

	/** How long anything may take that works. */
	static final Duration WAIT = Duration.ofSeconds(20);

	private final List<Transport> opened = new ArrayList<>();

	/** The one that listens. */
	Transport server;

	/** The one that dials. */
	Transport client;

	/**
	 * Opens a transport. Those that one test opens reach each other.
	 * @return the transport; the contract closes it
	 */
	protected abstract Transport open();

	/**
	 * Where to listen so that no other test is in the way.
	 * @return any free port of this host by default
	 */
	protected String address() {
		return "127.0.0.1:0";
	}

	/**
	 * An address that is none.
	 * @return {@code nowhere} by default, which has no port
	 */
	protected String malformed() {
		return "nowhere";
	}

	/**
	 * Opens a transport in another process, which is killed by a test.
	 * @return the class that does it, given {@link #serverAddress()}; it has a
	 * constructor without parameters. Null, the default, where both ends are in one
	 * process: there a transport is closed
	 */
	protected @Nullable Class<? extends Function<String, Transport>> opener() {
		return null;
	}

	/**
	 * Where the server is that the transport goes through, for {@link #opener()}.
	 * @return its address, empty by default
	 */
	protected String serverAddress() {
		return "";
	}

	/**
	 * The size in bytes of the largest body.
	 * @return the limit, or zero when there is none, by default
	 */
	protected int limit() {
		return 0;
	}

	@BeforeEach
	void openTransports() {
		this.server = opened();
		this.client = opened();
	}

	@AfterEach
	void closeTransports() {
		this.opened.forEach(Transport::close);
	}

	private Transport opened() {
		Transport transport = open();
		this.opened.add(transport);
		return transport;
	}

	/**
	 * A connection and both its ends, each of which has heard from the other: the
	 * accepting end of some transports is there only once something was sent.
	 * @return the connection
	 */
	Connection connect() throws InterruptedException {
		BlockingQueue<End> accepted = new LinkedBlockingQueue<>();
		Listener listener = this.server.listen(address(), (socket) -> accepted.add(new End(socket, Inbox.of(socket))));
		End dialled = dial(listener.address());
		dialled.send(text("hello"));
		End answering = accepted.poll(WAIT.toSeconds(), TimeUnit.SECONDS);
		assertThat(answering).as("accepted socket").isNotNull();
		assertThat(answering.take()).isEqualTo("hello");
		answering.send(text("welcome"));
		assertThat(dialled.take()).isEqualTo("welcome");
		return new Connection(listener, dialled, answering);
	}

	End dial(String address) throws InterruptedException {
		Socket socket = dialSocket(address);
		return new End(socket, Inbox.of(socket));
	}

	Socket dialSocket(String address) throws InterruptedException {
		try {
			return this.client.dial(address, WAIT).get(WAIT.toSeconds(), TimeUnit.SECONDS);
		}
		catch (ExecutionException | TimeoutException ex) {
			throw new AssertionError("cannot dial " + address, ex);
		}
	}

	/**
	 * What whoever dials is told where nobody listens. A transport whose connections are
	 * none to the server between may tell it of the first message.
	 */
	TransportException refusal(String address) throws InterruptedException {
		try {
			Socket socket = this.client.dial(address, WAIT).get(WAIT.toSeconds(), TimeUnit.SECONDS);
			Messages messages = new Messages((message) -> {
			});
			socket.receive(messages);
			socket.send(text("anybody there?"));
			eventually().until(() -> messages.closed().get() > 0);
			return transportException(messages.cause());
		}
		catch (ExecutionException ex) {
			return transportException(ex.getCause());
		}
		catch (TimeoutException ex) {
			throw new AssertionError("dialling " + address + " neither worked nor failed", ex);
		}
	}

	private static TransportException transportException(@Nullable Throwable cause) {
		if (cause instanceof TransportException ex) {
			return ex;
		}
		throw new AssertionError("refused otherwise than by a TransportException", cause);
	}

	Listener listen(Consumer<Socket> onAccept) {
		return this.server.listen(address(), onAccept);
	}

	static Consumer<Socket> receiving(BiConsumer<Message, Socket> action) {
		return (socket) -> socket.receive(new Messages((message) -> action.accept(message, socket)));
	}

	/**
	 * An address where nobody listens any more.
	 * @return the address
	 */
	String deserted() {
		return listenOnce(address());
	}

	/**
	 * Listens, and lets go of the address again.
	 * @param address where to listen
	 * @return the address
	 */
	String listenOnce(String address) {
		Listener listener = this.server.listen(address, (socket) -> {
		});
		listener.close();
		return listener.address();
	}

	static Message text(String body) {
		return new Message(Metadata.of("Content-Type", "text/plain"), body.getBytes(StandardCharsets.UTF_8));
	}

	static String text(Message message) {
		return new String(message.body(), StandardCharsets.UTF_8);
	}

	static ConditionFactory eventually() {
		return Awaitility.await().atMost(WAIT).pollInterval(Duration.ofMillis(10));
	}

	/** One end of a connection, read by waiting. */
	record End(Socket socket, Inbox inbox) {

		void send(Message message) {
			this.socket.send(message);
		}

		Message receive() throws InterruptedException {
			return this.inbox.take(WAIT);
		}

		String take() throws InterruptedException {
			return text(receive());
		}

	}

	/** Both ends of a connection. */
	record Connection(Listener listener, End client, End server) {
	}

	/** Hands on messages and counts the ends. */
	static final class Messages implements Receiver {

		private final Consumer<Message> action;

		private final AtomicInteger closed = new AtomicInteger();

		private volatile @Nullable Throwable cause;

		Messages(Consumer<Message> action) {
			this.action = action;
		}

		/** How often the end was told. */
		AtomicInteger closed() {
			return this.closed;
		}

		/** What broke the connection. */
		@Nullable Throwable cause() {
			return this.cause;
		}

		@Override
		public void onMessage(Message message) {
			this.action.accept(message);
		}

		@Override
		public void onClosed(@Nullable Throwable cause) {
			this.cause = cause;
			this.closed.incrementAndGet();
		}

	}

}

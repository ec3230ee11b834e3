package io.microspring.test;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.microspring.message.Message;
import io.microspring.test.process.JavaProcess;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who gives back what it is sent, and can be killed: a process of its own, or
 * where both ends have to be in one, a transport that is closed.
 */
final class EchoPeer implements AutoCloseable {

	private static final String LISTENING = "listening on ";

	private final String address;

	private final AutoCloseable kill;

	private EchoPeer(String address, AutoCloseable kill) {
		this.address = address;
		this.kill = kill;
	}

	/**
	 * One that listens.
	 * @param fixture opens its transport
	 * @param address where
	 * @return the peer, which can be dialled
	 */
	static EchoPeer listening(TransportFixture fixture, String address) throws Exception {
		if (fixture.opener() == null) {
			Transport transport = fixture.open();
			return new EchoPeer(listen(transport, address), transport);
		}
		JavaProcess process = start(fixture, "listen", address);
		return new EchoPeer(process.awaitLine("^" + LISTENING).substring(LISTENING.length()), process::kill);
	}

	/**
	 * One that dials, and says hello.
	 * @param fixture opens its transport
	 * @param address where to
	 * @return the peer
	 */
	static EchoPeer dialling(TransportFixture fixture, String address) throws Exception {
		if (fixture.opener() == null) {
			Transport transport = fixture.open();
			dial(transport, address);
			return new EchoPeer(address, transport);
		}
		return new EchoPeer(address, start(fixture, "dial", address)::kill);
	}

	private static JavaProcess start(TransportFixture fixture, String does, String address) {
		return JavaProcess.start(EchoPeer.class, Objects.requireNonNull(fixture.opener()).getName(),
				fixture.serverAddress(), does, address);
	}

	/** Where it listens. */
	String address() {
		return this.address;
	}

	void kill() throws Exception {
		this.kill.close();
	}

	@Override
	public void close() throws Exception {
		kill();
	}

	/**
	 * The process.
	 * @param arguments the class that opens the transport, the server's address,
	 * {@code listen} or {@code dial}, and the address for that
	 */
	@SuppressWarnings("unchecked")
	public static void main(String[] arguments) throws Exception {
		Function<String, Transport> opener = (Function<String, Transport>) Class.forName(arguments[0])
			.getDeclaredConstructor()
			.newInstance();
		Transport transport = opener.apply(arguments[1]);
		if (arguments[2].equals("listen")) {
			PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
			out.println(LISTENING + listen(transport, arguments[3]));
		}
		else {
			dial(transport, arguments[3]);
		}
		new CountDownLatch(1).await();
	}

	private static String listen(Transport transport, String address) {
		return transport.listen(address, (socket) -> socket.receive(new Echo(socket))).address();
	}

	private static void dial(Transport transport, String address) throws Exception {
		Socket socket = transport.dial(address, TransportFixture.WAIT)
			.get(TransportFixture.WAIT.toSeconds(), TimeUnit.SECONDS);
		socket.receive(new Echo(socket));
		socket.send(TransportFixture.text("hello"));
	}

	/** Gives back what comes. */
	private record Echo(Socket socket) implements Receiver {

		@Override
		public void onMessage(Message message) {
			this.socket.send(message);
		}

		@Override
		public void onClosed(@Nullable Throwable cause) {
			// Whoever has closed knows.
		}

	}

}

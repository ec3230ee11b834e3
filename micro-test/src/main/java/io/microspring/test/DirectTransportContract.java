package io.microspring.test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.Listener;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What every transport does whose connections go straight from one end to the other, or
 * as if they did: addresses have ports, and there are sockets of single calls. A test of
 * such a transport extends this class and says how to open one.
 */
public abstract class DirectTransportContract extends TransportContract {

	private static final Message OPENING = Message.of(Metadata.of(Headers.CALL_PROTOCOL, "grpc", Headers.PATH,
			"/test.Echo/Say", "content-type", "application/grpc", "x-asked", "Jürgen"));

	private static final Message ANSWER = Message
		.of(Metadata.of(Headers.HTTP_STATUS, "200", "content-type", "application/grpc", "x-answered", "yes"));

	private static final Message END = Message.of(Metadata.of(Headers.END, ""));

	private static final Message TRAILERS = Message
		.of(Metadata.of(Headers.END, "", "grpc-status", "0", "x-trailer-bin", "AAEC"));

	@Test
	void callHasAnOpeningMessagesAndAnEndEitherWay() throws InterruptedException {
		Call call = call();
		Message asked = call.callee().next();
		assertThat(asked.headers().toMap()).containsEntry(Headers.CALL_PROTOCOL, "grpc")
			.containsEntry(Headers.PATH, "/test.Echo/Say")
			.containsEntry("x-asked", "Jürgen");
		call.caller().send(part("one"));
		call.caller().send(part(""));
		call.caller().send(END);
		assertThat(call.callee().nextText()).isEqualTo("one");
		assertThat(call.callee().nextText()).isEmpty();
		assertThat(call.callee().next().headers().contains(Headers.END)).isTrue();

		call.callee().send(ANSWER);
		call.callee().send(part("two"));
		call.callee().send(part("three"));
		call.callee().send(TRAILERS);
		assertThat(call.caller().next().headers().toMap()).containsEntry(Headers.HTTP_STATUS, "200")
			.containsEntry("x-answered", "yes");
		assertThat(call.caller().nextText()).isEqualTo("two");
		assertThat(call.caller().nextText()).isEqualTo("three");
		assertThat(call.caller().next().headers().toMap()).containsKey(Headers.END)
			.containsEntry("grpc-status", "0")
			.containsEntry("x-trailer-bin", "AAEC");
		assertThat(call.caller().cause()).isEqualTo("closed");
		assertThat(call.callee().cause()).isEqualTo("closed");
	}

	@Test
	void endAloneAnswersACall() throws InterruptedException {
		Call call = call();
		call.callee().send(Message.of(Metadata.of(Headers.END, "", "grpc-status", "5", "grpc-message", "nothing")));
		Message answer = call.caller().next();
		assertThat(answer.headers().toMap()).containsKey(Headers.END)
			.containsEntry("grpc-status", "5")
			.containsEntry("grpc-message", "nothing");
		assertThat(call.caller().cause()).isEqualTo("closed");
	}

	@Test
	void endOfTheAnswerEndsTheCallThoughItsCallerHasNotEnded() throws InterruptedException {
		Call call = call();
		call.callee().send(ANSWER);
		call.callee().send(TRAILERS);
		assertThatExceptionOfType(TransportException.class).isThrownBy(() -> call.callee().send(TRAILERS));
		assertThat(call.caller().next().header("x-answered")).isEqualTo("yes");
		assertThat(call.caller().next().headers().contains(Headers.END)).isTrue();
		assertThat(call.caller().cause()).isEqualTo("closed");
		eventually().until(() -> !call.caller().socket().isOpen());
		assertThatExceptionOfType(TransportException.class).isThrownBy(() -> call.caller().send(part("late")));
	}

	@Test
	void callerThatClosesCancelsTheCall() throws InterruptedException {
		Call call = call();
		assertThat(call.callee().next().header(Headers.PATH)).isEqualTo("/test.Echo/Say");
		call.caller().socket().close();
		assertThat(call.callee().cause()).isInstanceOf(TransportException.class);
		assertThat(call.caller().cause()).isEqualTo("closed");
		eventually().until(() -> !call.callee().socket().isOpen());
	}

	@Test
	void calleeThatClosesWithoutAnEndBreaksTheCall() throws InterruptedException {
		Call call = call();
		call.callee().send(ANSWER);
		assertThat(call.caller().next().header("x-answered")).isEqualTo("yes");
		call.callee().socket().close();
		assertThat(call.caller().cause()).isInstanceOfSatisfying(TransportException.class,
				(ex) -> assertThat(ex.isUnsent()).isFalse());
	}

	@Test
	void manyCallsAtOnceDoNotMix() throws Exception {
		Listener listener = listen(receiving((message, socket) -> {
			if (message.header(Headers.PATH) != null) {
				socket.send(Message.of(ANSWER.headers().with("x-path", String.valueOf(message.header(Headers.PATH)))));
			}
			else {
				socket.send(message.headers().contains(Headers.END) ? TRAILERS : message);
			}
		}));
		List<CallEnd> calls = new ArrayList<>();
		for (int i = 0; i < 300; i++) {
			CallEnd call = open(listener.address());
			call.send(Message.of(OPENING.headers().with(Headers.PATH, "/test.Echo/Say" + i)));
			calls.add(call);
		}
		for (int i = 0; i < calls.size(); i++) {
			calls.get(i).send(part("call " + i));
			calls.get(i).send(END);
		}
		for (int i = 0; i < calls.size(); i++) {
			assertThat(calls.get(i).next().header("x-path")).isEqualTo("/test.Echo/Say" + i);
			assertThat(calls.get(i).nextText()).isEqualTo("call " + i);
			assertThat(calls.get(i).next().header("grpc-status")).isEqualTo("0");
			assertThat(calls.get(i).cause()).isEqualTo("closed");
		}
	}

	@Test
	void slowReaderOfACallHoldsBackItsPeerAndNoOtherCall() throws Exception {
		List<Integer> arrived = new CopyOnWriteArrayList<>();
		BlockingQueue<Socket> slow = new LinkedBlockingQueue<>();
		Listener listener = listen(receiving((message, socket) -> {
			if (message.headers().contains(Headers.CALL_PROTOCOL)) {
				if (message.headers().contains("x-slow")) {
					socket.reading(false);
					slow.add(socket);
				}
			}
			else if (message.headers().contains(Headers.END)) {
				socket.send(TRAILERS);
			}
			else {
				arrived.add(Integer.parseInt(text(message).trim()));
			}
		}));
		CallEnd held = open(listener.address());
		held.send(Message.of(OPENING.headers().with("x-slow", "1")));
		Socket reader = slow.poll(WAIT.toSeconds(), TimeUnit.SECONDS);
		assertThat(reader).isNotNull();
		String padding = " ".repeat(32 * 1024);
		int sent = 0;
		while (sent < 10_000 && held.socket().awaitWritable(Duration.ofMillis(300))) {
			held.send(part(sent++ + padding));
		}
		assertThat(sent).as("sent to a call that is not read").isLessThan(10_000);

		CallEnd other = open(listener.address());
		other.send(OPENING);
		other.send(END);
		assertThat(other.nextOf(Headers.END).header("grpc-status")).isEqualTo("0");

		assertThat(arrived).isEmpty();
		reader.reading(true);
		assertThat(held.socket().awaitWritable(WAIT)).isTrue();
		int all = sent;
		eventually().until(() -> arrived.size() == all);
		assertThat(arrived).containsExactlyElementsOf(IntStream.range(0, all).boxed().toList());
	}

	@Test
	void messageOfACallMayBeAsLargeAsTheLimit() throws InterruptedException {
		Call call = call();
		if (limit() > 0) {
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> call.caller().send(new Message(Metadata.empty(), new byte[limit() + 1])))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(413));
		}
		int size = (limit() > 0) ? limit() : 8 * 1024 * 1024;
		call.caller().send(new Message(Metadata.empty(), new byte[size]));
		assertThat(call.callee().next().header(Headers.PATH)).isNotNull();
		assertThat(call.callee().next().body()).hasSize(size);
		call.callee().send(ANSWER);
		call.callee().send(new Message(Metadata.empty(), new byte[size]));
		assertThat(call.caller().next().header(Headers.HTTP_STATUS)).isEqualTo("200");
		assertThat(call.caller().next().body()).hasSize(size);
	}

	@Test
	void callToNobodyFailsAsUnsent() {
		String deserted = deserted();
		assertThatExceptionOfType(ExecutionException.class)
			.isThrownBy(() -> this.client.openStream(deserted, Duration.ofSeconds(2))
				.get(WAIT.toSeconds(), TimeUnit.SECONDS))
			.havingCause()
			.isInstanceOfSatisfying(TransportException.class, (ex) -> assertThat(ex.isUnsent()).isTrue())
			.withMessageContaining(deserted);
	}

	// addresses

	@Test
	void portThatIsNoNumberIsNamed() {
		assertThatThrownBy(() -> this.client.dial("127.0.0.1:port", WAIT).get()).hasMessageContaining("127.0.0.1:port");
	}

	@Test
	void firstFreePortOfARangeIsTaken() {
		String first = listen((socket) -> {
		}).address();
		int colon = first.lastIndexOf(':');
		int taken = Integer.parseInt(first.substring(colon + 1));
		String range = first + "-" + Math.min(taken + 50, 65535);
		String second = this.server.listen(range, (socket) -> {
		}).address();
		assertThat(Integer.parseInt(second.substring(colon + 1))).isGreaterThan(taken);
	}

	/** Below those that systems give away, so that nobody is given it in between. */
	@Override
	String deserted() {
		String host = address().substring(0, address().lastIndexOf(':') + 1);
		int port = ThreadLocalRandom.current().nextInt(10_000, 30_000);
		return listenOnce(host + port + "-" + (port + 1000));
	}

	private static Message part(String text) {
		return new Message(Metadata.empty(), text.getBytes(StandardCharsets.UTF_8));
	}

	/** Both ends of a call that has been opened. */
	private Call call() throws InterruptedException {
		BlockingQueue<CallEnd> accepted = new LinkedBlockingQueue<>();
		Listener listener = listen((socket) -> accepted.add(new CallEnd(socket)));
		CallEnd caller = open(listener.address());
		caller.send(OPENING);
		CallEnd callee = accepted.poll(WAIT.toSeconds(), TimeUnit.SECONDS);
		assertThat(callee).as("accepted socket").isNotNull();
		return new Call(caller, callee);
	}

	private CallEnd open(String address) throws InterruptedException {
		try {
			return new CallEnd(this.client.openStream(address, WAIT).get(WAIT.toSeconds(), TimeUnit.SECONDS));
		}
		catch (ExecutionException | TimeoutException ex) {
			throw new AssertionError("cannot open a stream to " + address, ex);
		}
	}

	/** A call. */
	private record Call(CallEnd caller, CallEnd callee) {
	}

	/** One end of a call, read by waiting. */
	private static final class CallEnd implements Receiver {

		private final Socket socket;

		private final BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();

		CallEnd(Socket socket) {
			this.socket = socket;
			socket.receive(this);
		}

		Socket socket() {
			return this.socket;
		}

		void send(Message message) {
			this.socket.send(message);
		}

		Message next() throws InterruptedException {
			Object next = this.arrived.poll(WAIT.toSeconds(), TimeUnit.SECONDS);
			assertThat(next).as("what came in " + WAIT).isInstanceOf(Message.class);
			return (Message) next;
		}

		String nextText() throws InterruptedException {
			return text(next());
		}

		Message nextOf(String header) throws InterruptedException {
			Message next = next();
			while (!next.headers().contains(header)) {
				next = next();
			}
			return next;
		}

		/** What the end was told to have caused it, skipping messages. */
		Object cause() throws InterruptedException {
			Object next = this.arrived.poll(WAIT.toSeconds(), TimeUnit.SECONDS);
			while (next instanceof Message) {
				next = this.arrived.poll(WAIT.toSeconds(), TimeUnit.SECONDS);
			}
			assertThat(next).as("the end, which came in " + WAIT).isNotNull();
			return next;
		}

		@Override
		public void onMessage(Message message) {
			this.arrived.add(message);
		}

		@Override
		public void onClosed(@Nullable Throwable cause) {
			this.arrived.add((cause != null) ? cause : "closed");
		}

	}

}

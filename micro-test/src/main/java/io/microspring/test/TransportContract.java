package io.microspring.test;

import java.net.BindException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.Inbox;
import io.microspring.transport.Listener;
import io.microspring.transport.Socket;
import io.microspring.transport.TransportException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What every transport does. A test of a transport extends
 * {@link DirectTransportContract} or {@link RelayedTransportContract}, which add what
 * goes with their addresses, and says how to open one.
 */
public abstract class TransportContract extends TransportEnds {

	TransportContract() {
	}

	// messages

	@Test
	void messageArrivesWithHeadersAndBody() throws InterruptedException {
		Connection connection = connect();
		connection.client()
			.send(new Message(Metadata.of("Micro-Service", "greeter", "Micro-Id", "7"), new byte[] { 0, 1, -1, 13 }));
		Message arrived = connection.server().receive();
		assertThat(arrived.headers().toMap()).containsEntry("Micro-Service", "greeter").containsEntry("Micro-Id", "7");
		assertThat(arrived.body()).containsExactly(0, 1, -1, 13);
	}

	@Test
	void answerArrivesWithHeadersAndBody() throws InterruptedException {
		Connection connection = connect();
		connection.server().send(new Message(Metadata.of("Micro-Error", "{\"code\":400}"), new byte[] { 10, 13, 0 }));
		Message arrived = connection.client().receive();
		assertThat(arrived.headers().toMap()).containsEntry("Micro-Error", "{\"code\":400}");
		assertThat(arrived.body()).containsExactly(10, 13, 0);
	}

	@Test
	void headersAreFoundWhateverTheirCase() throws InterruptedException {
		Connection connection = connect();
		connection.client().send(Message.of(Metadata.of("micro-ID", "1", "X-lower-UPPER", "2")));
		Message arrived = connection.server().receive();
		assertThat(arrived.header("Micro-Id")).isEqualTo("1");
		assertThat(arrived.header("x-Lower-uppeR")).isEqualTo("2");
	}

	@Test
	void headerValuesKeepTheirText() throws InterruptedException {
		Map<String, String> values = Map.of("X-Empty", "", "X-Accents", "Jürgen, 名前", "X-Inner", "a  b=c;d:e", "X-Long",
				"x".repeat(4000));
		Connection connection = connect();
		connection.client().send(Message.of(Metadata.from(values)));
		assertThat(connection.server().receive().headers().toMap()).containsAllEntriesOf(values);
		connection.server().send(Message.of(Metadata.from(values)));
		assertThat(connection.client().receive().headers().toMap()).containsAllEntriesOf(values);
	}

	@Test
	void emptyBodyArrives() throws InterruptedException {
		Connection connection = connect();
		connection.client().send(Message.of(Metadata.of("Micro-Error", "EOS")));
		assertThat(connection.server().receive().body()).isEmpty();
		connection.server().send(Message.of(Metadata.of("Micro-Error", "EOS")));
		assertThat(connection.client().receive().body()).isEmpty();
	}

	@Test
	void largeBodyArrivesUnchanged() throws InterruptedException {
		byte[] body = new byte[1024 * 1024];
		new Random(1).nextBytes(body);
		Connection connection = connect();
		connection.client().send(new Message(Metadata.empty(), body));
		assertThat(connection.server().receive().body()).isEqualTo(body);
		connection.server().send(new Message(Metadata.empty(), body));
		assertThat(connection.client().receive().body()).isEqualTo(body);
	}

	@Test
	void messageOverTheLimitIsRefusedAndTheNextArrives() throws InterruptedException {
		Connection connection = connect();
		if (limit() > 0) {
			Message tooLarge = new Message(Metadata.empty(), new byte[limit() + 1]);
			assertThatExceptionOfType(MicroException.class).isThrownBy(() -> connection.client().send(tooLarge))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(413));
		}
		int size = (limit() > 0) ? limit() : 8 * 1024 * 1024;
		connection.client().send(new Message(Metadata.empty(), new byte[size]));
		assertThat(connection.server().receive().body()).hasSize(size);
	}

	// order

	@Test
	void manyMessagesArriveInOrder() throws InterruptedException {
		Connection connection = connect();
		List<String> bodies = IntStream.range(0, 2000).mapToObj(Integer::toString).toList();
		for (String body : bodies) {
			connection.client().send(text(body));
			connection.server().send(text(body));
		}
		for (String body : bodies) {
			assertThat(connection.server().take()).isEqualTo(body);
			assertThat(connection.client().take()).isEqualTo(body);
		}
	}

	@Test
	void serverSendsMoreThanItWasAsked() throws InterruptedException {
		Connection connection = connect();
		for (String body : List.of("1", "2", "3")) {
			connection.server().send(text(body));
		}
		assertThat(connection.client().take()).isEqualTo("1");
		assertThat(connection.client().take()).isEqualTo("2");
		assertThat(connection.client().take()).isEqualTo("3");
		connection.client().send(text("4"));
		assertThat(connection.server().take()).isEqualTo("4");
	}

	@Test
	void clientSendsWithoutWaitingForAnswers() throws InterruptedException {
		Connection connection = connect();
		for (int i = 0; i < 5; i++) {
			connection.client().send(text("" + i));
		}
		for (int i = 0; i < 5; i++) {
			assertThat(connection.server().take()).isEqualTo("" + i);
		}
		connection.server().send(text("one for all"));
		assertThat(connection.client().take()).isEqualTo("one for all");
	}

	@Test
	void severalThreadsMaySendAndOneAtATimeReceives() throws Exception {
		AtomicBoolean inside = new AtomicBoolean();
		AtomicInteger overlaps = new AtomicInteger();
		List<String> arrived = new CopyOnWriteArrayList<>();
		Socket socket = dialSocket(listen(receiving((message, from) -> {
			overlaps.addAndGet(inside.compareAndSet(false, true) ? 0 : 1);
			arrived.add(text(message));
			inside.set(false);
		})).address());
		ExecutorService threads = Threads.executor(ExecutorMode.POOL, "contract");
		List<String> numbers = IntStream.range(0, 500).mapToObj(Integer::toString).toList();
		for (String sender : List.of("a", "b", "c", "d")) {
			threads.execute(() -> numbers.forEach((number) -> socket.send(text(sender + number))));
		}
		eventually().until(() -> arrived.size() == 2000);
		threads.shutdown();
		assertThat(overlaps).hasValue(0);
		for (String sender : List.of("a", "b", "c", "d")) {
			assertThat(arrived).filteredOn((body) -> body.startsWith(sender))
				.containsExactlyElementsOf(numbers.stream().map(sender::concat).toList());
		}
	}

	@Test
	void receiversMayAnswerEachOtherForLong() throws Exception {
		int rounds = 5000;
		CompletableFuture<String> last = new CompletableFuture<>();
		Listener listener = listen(receiving((message, socket) -> socket.send(message)));
		Socket socket = dialSocket(listener.address());
		socket.receive(new Messages((message) -> {
			int round = Integer.parseInt(text(message));
			if (round == rounds) {
				last.complete("done");
			}
			else {
				socket.send(text("" + (round + 1)));
			}
		}));
		socket.send(text("0"));
		assertThat(last.get(WAIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo("done");
	}

	@Test
	void receiverThatComesLateGetsWhatCameBefore() throws Exception {
		CompletableFuture<Void> answered = new CompletableFuture<>();
		Listener listener = listen(receiving((message, socket) -> {
			socket.send(text("early"));
			socket.send(text("bird"));
			answered.complete(null);
		}));
		Socket socket = dialSocket(listener.address());
		socket.send(text("go"));
		answered.get(WAIT.toSeconds(), TimeUnit.SECONDS);
		Inbox inbox = Inbox.of(socket);
		assertThat(text(inbox.take(WAIT))).isEqualTo("early");
		assertThat(text(inbox.take(WAIT))).isEqualTo("bird");
	}

	// connections

	@Test
	void socketsDoNotMix() throws Exception {
		Listener listener = listen(receiving((message, socket) -> socket.send(message)));
		End one = dial(listener.address());
		End two = dial(listener.address());
		two.send(text("two"));
		one.send(text("one"));
		one.send(text("one more"));
		assertThat(one.take()).isEqualTo("one");
		assertThat(one.take()).isEqualTo("one more");
		assertThat(two.take()).isEqualTo("two");
	}

	@Test
	void manyConnectionsAtOnceAreServed() throws Exception {
		Listener listener = listen(receiving((message, socket) -> socket.send(message)));
		List<CompletableFuture<Socket>> dialling = IntStream.range(0, 100)
			.mapToObj((i) -> this.client.dial(listener.address(), WAIT))
			.toList();
		List<End> ends = new ArrayList<>();
		for (CompletableFuture<Socket> one : dialling) {
			Socket socket = one.get(WAIT.toSeconds(), TimeUnit.SECONDS);
			ends.add(new End(socket, Inbox.of(socket)));
		}
		for (int round = 0; round < 5; round++) {
			for (int i = 0; i < ends.size(); i++) {
				ends.get(i).send(text(round + "/" + i));
			}
		}
		for (int i = 0; i < ends.size(); i++) {
			for (int round = 0; round < 5; round++) {
				assertThat(ends.get(i).take()).isEqualTo(round + "/" + i);
			}
		}
	}

	@Test
	void bothEndsNameTheSamePort() throws InterruptedException {
		Connection connection = connect();
		assertThat(connection.client().socket().remote()).isEqualTo(connection.listener().address());
		assertThat(connection.server().socket().local()).isEqualTo(connection.listener().address());
		assertThat(connection.server().socket().remote()).isEqualTo(connection.client().socket().local());
	}

	@Test
	void slowReaderHoldsBackItsPeerAndLosesNothing() throws Exception {
		CompletableFuture<Socket> accepted = new CompletableFuture<>();
		List<Integer> arrived = new CopyOnWriteArrayList<>();
		Listener listener = listen((socket) -> {
			socket.receive(new Messages((message) -> {
				arrived.add(Integer.parseInt(text(message).trim()));
				if (accepted.complete(socket)) {
					socket.reading(false);
				}
			}));
		});
		Socket socket = dialSocket(listener.address());
		Inbox.of(socket);
		int sent = 0;
		String padding = " ".repeat(64 * 1024);
		socket.send(text(sent++ + padding));
		Socket slow = accepted.get(WAIT.toSeconds(), TimeUnit.SECONDS);
		while (sent < 10_000 && socket.awaitWritable(Duration.ofMillis(200))) {
			socket.send(text(sent++ + padding));
		}
		assertThat(sent).as("sent to a reader that does not read").isLessThan(10_000);
		assertThat(socket.isOpen()).isTrue();
		slow.reading(true);
		assertThat(socket.awaitWritable(WAIT)).isTrue();
		int all = sent;
		eventually().until(() -> arrived.size() == all);
		assertThat(arrived).containsExactlyElementsOf(IntStream.range(0, all).boxed().toList());
	}

	// addresses

	@Test
	void diallingNobodyFailsAsUnsent() throws InterruptedException {
		String deserted = deserted();
		TransportException refusal = refusal(deserted);
		assertThat(refusal).hasMessageContaining("could not dial " + deserted);
		assertThat(refusal.isUnsent()).isTrue();
	}

	@Test
	void malformedAddressIsNamed() {
		assertThatExceptionOfType(TransportException.class).isThrownBy(() -> listenOnce(malformed()))
			.withMessageContaining(malformed());
		assertThatThrownBy(() -> this.client.dial(malformed(), WAIT).get()).hasMessageContaining(malformed());
	}

	@Test
	void takenAddressIsNamed() {
		Listener first = listen((socket) -> {
		});
		assertThatExceptionOfType(TransportException.class).isThrownBy(() -> listenOnce(first.address()))
			.withMessageContaining(first.address())
			.withCauseInstanceOf(BindException.class);
	}

	@Test
	void freedAddressCanBeTakenAgain() {
		// Often, as a port that is freed a moment late is taken only now and then.
		for (int i = 0; i < 200; i++) {
			String deserted = deserted();
			assertThat(listenOnce(deserted)).isEqualTo(deserted);
		}
	}

}

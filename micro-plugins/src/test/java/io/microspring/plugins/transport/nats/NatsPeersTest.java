package io.microspring.plugins.transport.nats;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.microspring.broker.Envelope;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.transport.Inbox;
import io.microspring.transport.Listener;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import io.microspring.transport.TransportException;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Nats;
import io.nats.client.Options;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Who is at the other end: one of go-micro's, or nobody. */
class NatsPeersTest {

	private static final Duration WAIT = Duration.ofSeconds(20);

	@RegisterExtension
	static final ExternalServer NATS = new ExternalServer(ServerRecipe.nats(""));

	/** It has no headers of NATS, and knows no messages without a payload. */
	@Test
	void clientOfGoIsAnsweredAndHearsNothingElse() throws Exception {
		List<Message> heard = new CopyOnWriteArrayList<>();
		AtomicInteger odd = new AtomicInteger();
		BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();
		try (Transport transport = open(); Connection go = go()) {
			Listener listener = transport.listen(":0", (socket) -> {
				accepted.add(socket);
				Inbox.of(socket);
			});
			String inbox = go.createInbox();
			Dispatcher dispatcher = go.createDispatcher((message) -> {
				odd.addAndGet((message.hasHeaders() || message.getData().length == 0) ? 1 : 0);
				heard.add(Envelope.decode(message.getData()));
			});
			dispatcher.subscribe(inbox);
			go.publish(listener.address(), inbox, Envelope.encode(message("one")));
			Socket first = accepted.poll(20, TimeUnit.SECONDS);
			assertThat(first.remote()).isEqualTo(inbox);
			first.send(message("answer"));
			eventually().until(() -> heard.size() == 1);
			first.close();
			// It begins anew from the same inbox.
			go.publish(listener.address(), inbox, Envelope.encode(message("two")));
			accepted.poll(20, TimeUnit.SECONDS).send(message("again"));
			eventually().until(() -> heard.size() == 2);
			assertThat(text(heard.get(1))).isEqualTo("again");
			assertThat(odd).hasValue(0);
		}
	}

	@Test
	void serverOfGoIsAskedAsGoAsks() throws Exception {
		List<String> asked = new CopyOnWriteArrayList<>();
		try (Transport transport = open(); Connection go = go()) {
			go.createDispatcher((message) -> {
				asked.add(new String(message.getData(), StandardCharsets.UTF_8));
				go.publish(message.getReplyTo(), Envelope.encode(message("Hello John")));
			}).subscribe("go.server");
			go.flush(WAIT);
			Socket socket = transport.dial("go.server", WAIT).get();
			Inbox inbox = Inbox.of(socket);
			socket.send(new Message(Metadata.of("Micro-Id", "1"), "{}".getBytes(StandardCharsets.UTF_8)));
			assertThat(text(inbox.take(WAIT))).isEqualTo("Hello John");
			assertThat(asked).containsExactly("{\"Header\":{\"Micro-Id\":\"1\"},\"Body\":\"e30=\"}");
			assertThat(socket.isWritable()).isTrue();
		}
	}

	/** NATS counts headers of its own, of which the first message has one. */
	@Test
	void messageThatIsTooLargeWithWhatItIsSentWithIsRefusedAndOthersGoOn() throws Exception {
		try (Transport transport = open()) {
			Listener listener = transport.listen(":0", (socket) -> {
				Inbox.of(socket);
				socket.send(message("welcome"));
			});
			Socket other = transport.dial(listener.address(), WAIT).get();
			Inbox heard = Inbox.of(other);
			other.send(message("one"));
			assertThat(text(heard.take(WAIT))).isEqualTo("welcome");
			int largest = 1024 * 1024;
			for (int size : List.of(largest, largest - 25)) {
				Socket socket = transport.dial(listener.address(), WAIT).get();
				assertThatExceptionOfType(MicroException.class).isThrownBy(() -> socket.send(sized(size)))
					.satisfies((ex) -> assertThat(ex.code()).isEqualTo(413))
					.withMessageContaining("max_payload");
			}
			Socket socket = transport.dial(listener.address(), WAIT).get();
			Inbox inbox = Inbox.of(socket);
			socket.send(sized(largest - 26));
			assertThat(text(inbox.take(WAIT))).isEqualTo("welcome");
			assertThat(other.isOpen()).isTrue();
		}
	}

	/** As large as that in NATS. */
	private static Message sized(int size) {
		int rest = size - Envelope.encode(Message.of(Metadata.of("Pad", ""))).length;
		return Message.of(Metadata.of("Pad", "x".repeat(rest)));
	}

	@Test
	void addressThatWouldBeAnnouncedOtherwiseIsRefused() {
		try (Transport transport = open()) {
			for (String address : List.of(":8080", "0.0.0.0:8080", "a.*", "a b")) {
				assertThatExceptionOfType(TransportException.class)
					.isThrownBy(() -> transport.listen(address, (socket) -> {
					}))
					.withMessageContaining("'" + address + "'");
			}
		}
	}

	private static Transport open() {
		return new NatsTransport(NatsTransportOptions.defaults().withAddress(NATS.address()));
	}

	private static Connection go() throws Exception {
		return Nats
			.connect(new Options.Builder().server("nats://" + NATS.address()).noHeaders().noNoResponders().build());
	}

	private static Message message(String body) {
		return new Message(Metadata.of("Content-Type", "text/plain"), body.getBytes(StandardCharsets.UTF_8));
	}

	private static String text(Message message) {
		return new String(message.body(), StandardCharsets.UTF_8);
	}

	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(50));
	}

}

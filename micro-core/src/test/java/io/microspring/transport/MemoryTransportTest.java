package io.microspring.transport;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the memory transport does beside its contract.
 */
class MemoryTransportTest {

	@Test
	void opensNoSocketAndStartsNoThread() throws Exception {
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xlog:class+load", "-cp", System.getProperty("java.class.path"), Conversation.class.getName())
			.redirectErrorStream(true)
			.start();
		String output = new String(process.getInputStream().readAllBytes());
		assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
		assertThat(output).contains("answered on thread main", MemorySocket.class.getName());
		assertThat(output.lines()).noneMatch((line) -> line.startsWith("thread micro-"))
			.filteredOn((line) -> line.contains("[class,load]"))
			.noneMatch((line) -> line.contains(" io.netty.") || line.contains(" java.net.Socket ")
					|| line.contains(" java.net.ServerSocket ") || line.contains(" sun.nio.ch.SocketChannelImpl "));
	}

	@Test
	void messageIsHandedOverAsItIs() throws Exception {
		try (Transport transport = Transport.memory()) {
			Inbox[] server = new Inbox[1];
			Listener listener = transport.listen(":0", (socket) -> server[0] = Inbox.of(socket));
			Message message = new Message(Metadata.of(":path", "/x", "lower", "1"), new byte[] { 1 });
			transport.dial(listener.address(), Duration.ofSeconds(1)).get().send(message);
			assertThat(server[0].take(Duration.ZERO)).isSameAs(message);
		}
	}

	@Test
	void allNamesOfThisHostAreOne() throws Exception {
		try (Transport transport = Transport.memory()) {
			Listener listener = transport.listen("0.0.0.0:0", (socket) -> {
			});
			assertThat(listener.address()).startsWith("127.0.0.1:");
			String port = listener.address().substring(listener.address().indexOf(':'));
			assertThat(transport.dial("localhost" + port, Duration.ZERO).get().remote()).isEqualTo(listener.address());
		}
	}

	@Test
	void portThatIsPickedIsOneOfGoMicros() {
		try (Transport transport = Transport.memory()) {
			String address = transport.listen("127.0.0.1:0", (socket) -> {
			}).address();
			assertThat(Address.parse(address).port()).isBetween(10_000, 29_999);
		}
	}

	@Test
	void noMoreThanAWindowIsWelcomeWhileNobodyReads() throws Exception {
		try (Transport transport = Transport.memory()) {
			Listener listener = transport.listen("127.0.0.1:0", (socket) -> socket.reading(false));
			Socket socket = transport.dial(listener.address(), Duration.ZERO).get();
			int sent = 0;
			while (socket.isWritable()) {
				socket.send(Message.of(Metadata.empty()));
				sent++;
			}
			assertThat(sent).isEqualTo(128);
		}
	}

	/** A request and its answer, in a process of its own. */
	static final class Conversation {

		private Conversation() {
		}

		public static void main(String[] args) throws Exception {
			try (Transport transport = Transport.memory()) {
				Listener listener = transport.listen(":0", (socket) -> socket.receive(new Receiver() {
					@Override
					public void onMessage(Message message) {
						socket.send(message);
					}

					@Override
					public void onClosed(Throwable cause) {
					}
				}));
				Socket socket = transport.dial(listener.address(), Duration.ofSeconds(1)).get();
				Inbox inbox = Inbox.of(socket);
				socket.send(Message.of(Metadata.of("Micro-Id", "1")));
				inbox.take(Duration.ZERO);
				Thread.getAllStackTraces().keySet().forEach((thread) -> say("thread " + thread.getName()));
				say("answered on thread " + Thread.currentThread().getName());
			}
		}

		private static void say(String line) {
			java.io.PrintStream out = System.out;
			out.println(line);
		}

	}

}

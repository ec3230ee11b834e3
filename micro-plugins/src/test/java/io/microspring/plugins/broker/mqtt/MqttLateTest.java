package io.microspring.plugins.broker.mqtt;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

import io.microspring.broker.Envelope;
import io.microspring.broker.SubscribeOptions;
import io.microspring.concurrent.Threads;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.plugins.TestAuthority;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A server behind TLS that lets somebody in who has stopped waiting for it. */
class MqttLateTest {

	private static final Duration LONG = Duration.ofSeconds(40);

	private static final byte DISCONNECT = (byte) 0xe0;

	private final List<AutoCloseable> opened = new ArrayList<>();

	private final BlockingQueue<Socket> calls = new LinkedBlockingQueue<>();

	private final List<String> received = new CopyOnWriteArrayList<>();

	private SSLContext tls;

	private MqttBroker broker;

	@BeforeEach
	void open(@TempDir Path directory) throws Exception {
		TestAuthority authority = new TestAuthority();
		KeyManager[] keys = authority.server().toKeyManagerFactory().getKeyManagers();
		this.tls = SSLContext.getInstance("TLS");
		this.tls.init(keys, null, null);
		ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		this.opened.add(listener);
		Threads.start("mqtt-late", () -> accept(listener));
		this.broker = new MqttBroker(MqttOptions.defaults()
			.withAddress("127.0.0.1:" + listener.getLocalPort())
			.withTls(authority.client(directory))
			.withVersion(MqttOptions.V3)
			.withTimeout(Duration.ofSeconds(1)));
	}

	@AfterEach
	void close() throws Exception {
		for (AutoCloseable one : this.opened) {
			one.close();
		}
		this.broker.close();
	}

	@Test
	void attemptThatWasGivenUpLeavesNoConnectionBehind() throws Exception {
		CompletableFuture<?> subscribing = subscribe();
		Socket late = call();
		assertThat(subscribing).failsWithin(LONG)
			.withThrowableOfType(ExecutionException.class)
			.withMessageContaining("cannot be reached within 1000 ms: it does not answer");
		assertThat(letIn(late, "late").rest()).containsExactly(DISCONNECT);
		assertThat(this.received).isEmpty();
	}

	@Test
	void subscriptionThatIsMadeAgainHearsOnlyOneConnection() throws Exception {
		CompletableFuture<?> subscribing = subscribe();
		Peer first = letIn(call());
		first.agree();
		subscribing.get(LONG.toSeconds(), TimeUnit.SECONDS);
		first.socket.close();
		Socket late = call();
		Peer again = letIn(call());
		again.agree();
		assertThat(letIn(late, "late").rest()).containsExactly(DISCONNECT);
		again.publish("news");
		Awaitility.await().atMost(LONG).until(() -> !this.received.isEmpty());
		assertThat(this.received).containsExactly("news");
	}

	private CompletableFuture<?> subscribe() {
		return CompletableFuture.supplyAsync(
				() -> this.broker.subscribe("topic", SubscribeOptions.defaults(),
						(event) -> this.received.add(new String(event.message().body(), StandardCharsets.UTF_8))),
				(task) -> Threads.start("subscriber", task));
	}

	private void accept(ServerSocket listener) {
		while (!listener.isClosed()) {
			try {
				this.calls.add(listener.accept());
			}
			catch (IOException ex) {
				// The test is over.
			}
		}
	}

	/** Somebody who has called, and to whom nothing has been said. */
	private Socket call() throws InterruptedException {
		Socket caller = this.calls.poll(LONG.toSeconds(), TimeUnit.SECONDS);
		assertThat(caller).isNotNull();
		this.opened.add(caller);
		return caller;
	}

	/** Lets somebody in, and says what has come meanwhile in the same breath. */
	private Peer letIn(Socket caller, String... messages) throws IOException {
		SSLSocket socket = (SSLSocket) this.tls.getSocketFactory()
			.createSocket(caller, "127.0.0.1", caller.getPort(), true);
		socket.setUseClientMode(false);
		socket.setSoTimeout((int) LONG.toMillis());
		Peer peer = new Peer(socket);
		peer.packet();
		peer.write(new byte[] { 0x20, 2, 0, 0 });
		for (String message : messages) {
			peer.publish(message);
		}
		return peer;
	}

	/** Somebody who was let in. */
	private record Peer(SSLSocket socket) {

		/** What is in the next packet, of less than 128 bytes, behind its type. */
		byte[] packet() throws IOException {
			DataInputStream in = new DataInputStream(this.socket.getInputStream());
			byte type = in.readByte();
			byte[] packet = new byte[1 + in.readByte()];
			packet[0] = type;
			in.readFully(packet, 1, packet.length - 1);
			return packet;
		}

		/** The types of all packets that still come. */
		List<Byte> rest() throws IOException {
			List<Byte> types = new ArrayList<>();
			try {
				for (;;) {
					types.add(packet()[0]);
				}
			}
			catch (EOFException ex) {
				return types;
			}
		}

		/** To what is subscribed to. */
		void agree() throws IOException {
			byte[] subscribe = packet();
			write(new byte[] { (byte) 0x90, 3, subscribe[1], subscribe[2], 1 });
		}

		void publish(String body) throws IOException {
			byte[] payload = Envelope.encode(new Message(Metadata.empty(), body.getBytes(StandardCharsets.UTF_8)));
			DataOutputStream out = new DataOutputStream(this.socket.getOutputStream());
			out.write(new byte[] { 0x30, (byte) (2 + "topic".length() + payload.length) });
			out.writeUTF("topic");
			out.write(payload);
		}

		void write(byte[] packet) throws IOException {
			this.socket.getOutputStream().write(packet);
		}

	}

}

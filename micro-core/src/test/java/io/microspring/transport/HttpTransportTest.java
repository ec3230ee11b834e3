package io.microspring.transport;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HttpTransportTest {

	private static final Duration WAIT = Duration.ofSeconds(5);

	@Test
	void carriesMessagesBothWays() throws Exception {
		try (Transport transport = Transport.http()) {
			BlockingQueue<Inbox> accepted = new LinkedBlockingQueue<>();
			BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();
			try (Listener listener = transport.listen("127.0.0.1:0", (socket) -> {
				accepted.add(Inbox.of(socket));
				sockets.add(socket);
			})) {
				Socket client = transport.dial(listener.address(), WAIT).get(5, TimeUnit.SECONDS);
				Inbox replies = Inbox.of(client);
				client.send(new Message(Metadata.of("micro-id", "1", ":path", "/a?b"),
						"hi".getBytes(StandardCharsets.UTF_8)));
				Inbox inbox = accepted.poll(5, TimeUnit.SECONDS);
				Message request = inbox.take(WAIT);
				assertThat(request.headers().toMap()).containsEntry("Micro-Id", "1").containsEntry(":path", "/a?b");
				assertThat(request.body()).asString().isEqualTo("hi");
				Socket server = sockets.take();
				server.send(Message.of(Metadata.of("Micro-Error", "Jürgen\r\nX: y")));
				assertThat(replies.take(WAIT).headers().toMap()).containsEntry("Micro-Error", "Jürgen  X: y")
					.doesNotContainKey("X");
				server.close();
			}
		}
	}

}

package io.microspring.benchmarks.armeria;

import java.net.InetSocketAddress;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.RestClient;
import com.linecorp.armeria.server.annotation.Post;
import com.linecorp.armeria.server.annotation.ProducesJson;

import io.microspring.benchmarks.AsyncCaller;
import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Completion;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.Peer;
import io.microspring.benchmarks.PerPayload;
import io.microspring.benchmarks.Server;

/**
 * JSON over HTTP/1.1 on Armeria; it has one variant.
 */
public final class ArmeriaJson implements Peer {

	@Override
	public Server serve(String variant) {
		return new ArmeriaServer(com.linecorp.armeria.server.Server.builder()
			.http(new InetSocketAddress("127.0.0.1", 0))
			.annotatedService(new Echoer())
			.build());
	}

	@Override
	public Caller connect(String variant, int port, int concurrency) {
		ClientFactory factory = ClientFactory.builder().build();
		return new Client(factory, RestClient.builder("h1c://127.0.0.1:" + port).factory(factory).build());
	}

	/**
	 * The message, in both directions.
	 *
	 * @param text the text
	 */
	public record Message(String text) {
	}

	/**
	 * The service, which Armeria calls by reflection.
	 */
	public static final class Echoer {

		/**
		 * Answers with the same text.
		 * @param message the text
		 * @return the same
		 */
		@Post("/echo")
		@ProducesJson
		public Message echo(Message message) {
			return message;
		}

	}

	private static final class Client implements AsyncCaller {

		private final ClientFactory factory;

		private final RestClient client;

		private final PerPayload<Message> requests = new PerPayload<>((payload) -> new Message(payload.text()));

		private Client(ClientFactory factory, RestClient client) {
			this.factory = factory;
			this.client = client;
		}

		@Override
		public void call(Payload payload, Completion done) {
			int length = payload.text().length();
			this.client.post("/echo")
				.contentJson(this.requests.of(payload))
				.execute(Message.class)
				.whenComplete((answer, failure) -> {
					if (failure == null && answer.content().text().length() != length) {
						done.done(new IllegalStateException("the answer is not what was sent"));
					}
					else {
						done.done(failure);
					}
				});
		}

		@Override
		public void close() {
			this.factory.close();
		}

	}

}

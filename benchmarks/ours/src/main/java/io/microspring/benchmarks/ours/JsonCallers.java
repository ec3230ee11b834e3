package io.microspring.benchmarks.ours;

import java.util.concurrent.CompletableFuture;

import io.microspring.benchmarks.AsyncCaller;
import io.microspring.benchmarks.BlockingCaller;
import io.microspring.benchmarks.Completion;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.ours.JsonEchoers.Text;
import io.microspring.call.MicroEndpoint;
import io.microspring.client.Client;

/**
 * Typed clients of the JSON handlers.
 */
final class JsonCallers {

	private JsonCallers() {
	}

	/**
	 * One that does not wait.
	 *
	 * @param client what is closed in the end
	 * @param echoer what calls
	 */
	record Async(Client client, AsyncEchoer echoer) implements AsyncCaller {

		Async(Client client, String service) {
			this(client, client.proxy(service, AsyncEchoer.class));
		}

		@Override
		public void call(Payload payload, Completion done) {
			int sent = payload.text().length();
			this.echoer.call(new Text(payload.text()))
				.whenComplete((answer, failure) -> Answers.complete(done, sent,
						(answer != null) ? answer.text().length() : -1, failure));
		}

		@Override
		public void close() {
			this.client.close();
		}

	}

	/**
	 * One that waits.
	 *
	 * @param client what is closed in the end
	 * @param echoer what calls
	 */
	record Blocking(Client client, BlockingEchoer echoer) implements BlockingCaller {

		Blocking(Client client, String service) {
			this(client, client.proxy(service, BlockingEchoer.class));
		}

		@Override
		public void call(Payload payload) {
			Answers.check(payload.text().length(), this.echoer.call(new Text(payload.text())).text().length());
		}

		@Override
		public void close() {
			this.client.close();
		}

	}

	/**
	 * The service, as the one sees it.
	 */
	@MicroEndpoint(name = "Echoer")
	interface AsyncEchoer {

		CompletableFuture<Text> call(Text request);

	}

	/**
	 * The service, as the other sees it.
	 */
	@MicroEndpoint(name = "Echoer")
	interface BlockingEchoer {

		Text call(Text request);

	}

}

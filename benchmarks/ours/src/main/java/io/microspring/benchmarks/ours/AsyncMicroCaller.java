package io.microspring.benchmarks.ours;

import java.util.concurrent.CompletableFuture;

import io.microspring.benchmarks.AsyncCaller;
import io.microspring.benchmarks.Completion;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.PerPayload;
import io.microspring.benchmarks.StreamCaller;
import io.microspring.benchmarks.proto.Echo;
import io.microspring.client.Client;

/**
 * A typed client that does not wait.
 */
final class AsyncMicroCaller implements AsyncCaller, StreamCaller {

	private final Client client;

	private final Echoer echoer;

	private final StreamReader streams;

	private final PerPayload<Echo> requests = new PerPayload<>(
			(payload) -> Echo.newBuilder().setText(payload.text()).build());

	AsyncMicroCaller(Client client, String service) {
		this.client = client;
		this.echoer = client.proxy(service, Echoer.class);
		this.streams = new StreamReader(client, service);
	}

	@Override
	public void call(Payload payload, Completion done) {
		Echo request = this.requests.of(payload);
		int sent = payload.text().length();
		this.echoer.call(request)
			.whenComplete((answer, failure) -> Answers.complete(done, sent,
					(answer != null) ? answer.getText().length() : -1, failure));
	}

	@Override
	public long stream(int messages, Payload each) {
		return this.streams.read(messages, each);
	}

	@Override
	public void close() {
		this.client.close();
	}

	/**
	 * The service, as this client sees it.
	 */
	interface Echoer {

		CompletableFuture<Echo> call(Echo request);

	}

}

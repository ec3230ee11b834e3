package io.microspring.benchmarks.ours;

import io.microspring.benchmarks.BlockingCaller;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.PerPayload;
import io.microspring.benchmarks.StreamCaller;
import io.microspring.benchmarks.proto.Echo;
import io.microspring.client.Client;

/**
 * A typed client that waits.
 */
final class BlockingMicroCaller implements BlockingCaller, StreamCaller {

	private final Client client;

	private final Echoer echoer;

	private final StreamReader streams;

	private final PerPayload<Echo> requests = new PerPayload<>(
			(payload) -> Echo.newBuilder().setText(payload.text()).build());

	BlockingMicroCaller(Client client, String service) {
		this.client = client;
		this.echoer = client.proxy(service, Echoer.class);
		this.streams = new StreamReader(client, service);
	}

	@Override
	public void call(Payload payload) {
		Echo request = this.requests.of(payload);
		Answers.check(payload.text().length(), this.echoer.call(request).getText().length());
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

		Echo call(Echo request);

	}

}

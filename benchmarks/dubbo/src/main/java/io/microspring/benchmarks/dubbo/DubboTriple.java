package io.microspring.benchmarks.dubbo;

import io.microspring.benchmarks.BlockingCaller;
import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.Peer;
import io.microspring.benchmarks.PerPayload;
import io.microspring.benchmarks.Server;
import io.microspring.benchmarks.proto.DubboEchoerTriple;
import io.microspring.benchmarks.proto.Echo;
import io.microspring.benchmarks.proto.Echoer;

/**
 * Dubbo's triple; it has one variant.
 */
public final class DubboTriple implements Peer {

	@Override
	public Server serve(String variant) throws Exception {
		return new Dubbo<>("tri", Echoer.class).serve(new Handler());
	}

	@Override
	public Caller connect(String variant, int port, int concurrency) {
		Dubbo<Echoer> dubbo = new Dubbo<>("tri", Echoer.class);
		return new Client(dubbo, dubbo.refer(port));
	}

	private static final class Handler extends DubboEchoerTriple.EchoerImplBase {

		@Override
		public Echo call(Echo request) {
			return request;
		}

	}

	private static final class Client implements BlockingCaller {

		private final Dubbo<Echoer> dubbo;

		private final Echoer echoer;

		private final PerPayload<Echo> requests = new PerPayload<>(
				(payload) -> Echo.newBuilder().setText(payload.text()).build());

		private Client(Dubbo<Echoer> dubbo, Echoer echoer) {
			this.dubbo = dubbo;
			this.echoer = echoer;
		}

		@Override
		public void call(Payload payload) {
			Echo answer = this.echoer.call(this.requests.of(payload));
			if (answer.getText().length() != payload.text().length()) {
				throw new IllegalStateException("the answer is not what was sent");
			}
		}

		@Override
		public void close() {
			this.dubbo.stop();
		}

	}

}

package io.microspring.benchmarks.dubbo;

import io.microspring.benchmarks.BlockingCaller;
import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.Peer;
import io.microspring.benchmarks.PerPayload;
import io.microspring.benchmarks.Server;

/**
 * Dubbo's own protocol over TCP; it has one variant.
 */
public final class DubboTcp implements Peer {

	@Override
	public Server serve(String variant) throws Exception {
		return new Dubbo<>("dubbo", TcpEchoer.class).serve((message) -> message);
	}

	@Override
	public Caller connect(String variant, int port, int concurrency) {
		Dubbo<TcpEchoer> dubbo = new Dubbo<>("dubbo", TcpEchoer.class);
		return new Client(dubbo, dubbo.refer(port));
	}

	private static final class Client implements BlockingCaller {

		private final Dubbo<TcpEchoer> dubbo;

		private final TcpEchoer echoer;

		private final PerPayload<Message> requests = new PerPayload<>((payload) -> new Message(payload.text()));

		private Client(Dubbo<TcpEchoer> dubbo, TcpEchoer echoer) {
			this.dubbo = dubbo;
			this.echoer = echoer;
		}

		@Override
		public void call(Payload payload) {
			Message answer = this.echoer.call(this.requests.of(payload));
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

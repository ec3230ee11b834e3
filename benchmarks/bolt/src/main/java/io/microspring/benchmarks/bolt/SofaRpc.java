package io.microspring.benchmarks.bolt;

import com.alipay.sofa.rpc.config.ConsumerConfig;
import com.alipay.sofa.rpc.config.ProviderConfig;
import com.alipay.sofa.rpc.config.ServerConfig;

import io.microspring.benchmarks.BlockingCaller;
import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.FreePort;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.Peer;
import io.microspring.benchmarks.PerPayload;
import io.microspring.benchmarks.Server;

/**
 * SOFARPC over bolt; it has one variant.
 */
public final class SofaRpc implements Peer {

	private static final int TIMEOUT_MILLIS = 10_000;

	@Override
	public Server serve(String variant) throws Exception {
		Room.make();
		int port = FreePort.find();
		ProviderConfig<Echoer> provider = new ProviderConfig<Echoer>().setInterfaceId(Echoer.class.getName())
			.setRef((message) -> message)
			.setServer(new ServerConfig().setProtocol("bolt")
				.setHost("127.0.0.1")
				.setPort(port)
				.setQueues(4096)
				.setDaemon(true))
			.setRegister(false);
		provider.export();
		return new Server() {

			@Override
			public int port() {
				return port;
			}

			@Override
			public void close() {
				provider.unExport();
			}

		};
	}

	@Override
	public Caller connect(String variant, int port, int concurrency) {
		Room.make();
		ConsumerConfig<Echoer> consumer = new ConsumerConfig<Echoer>().setInterfaceId(Echoer.class.getName())
			.setProtocol("bolt")
			.setDirectUrl("bolt://127.0.0.1:" + port)
			.setTimeout(TIMEOUT_MILLIS)
			.setInJVM(false)
			.setRegister(false);
		return new Client(consumer, consumer.refer());
	}

	private static final class Client implements BlockingCaller {

		private final ConsumerConfig<Echoer> consumer;

		private final Echoer echoer;

		private final PerPayload<Message> requests = new PerPayload<>((payload) -> new Message(payload.text()));

		private Client(ConsumerConfig<Echoer> consumer, Echoer echoer) {
			this.consumer = consumer;
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
			this.consumer.unRefer();
		}

	}

}

package io.microspring.benchmarks.bolt;

import java.util.concurrent.Executor;

import com.alipay.remoting.BizContext;
import com.alipay.remoting.InvokeCallback;
import com.alipay.remoting.exception.RemotingException;
import com.alipay.remoting.rpc.RpcClient;
import com.alipay.remoting.rpc.RpcServer;
import com.alipay.remoting.rpc.protocol.SyncUserProcessor;
import org.jspecify.annotations.Nullable;

import io.microspring.benchmarks.AsyncCaller;
import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Completion;
import io.microspring.benchmarks.FreePort;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.Peer;
import io.microspring.benchmarks.PerPayload;
import io.microspring.benchmarks.Server;

/**
 * The bolt protocol by itself; it has one variant.
 */
public final class Bolt implements Peer {

	private static final int TIMEOUT_MILLIS = 10_000;

	@Override
	public Server serve(String variant) throws Exception {
		Room.make();
		int port = FreePort.find();
		RpcServer server = new RpcServer("127.0.0.1", port);
		server.registerUserProcessor(new Processor());
		server.startup();
		return new Server() {

			@Override
			public int port() {
				return port;
			}

			@Override
			public void close() {
				server.shutdown();
			}

		};
	}

	@Override
	public Caller connect(String variant, int port, int concurrency) {
		Room.make();
		RpcClient client = new RpcClient();
		client.startup();
		return new Client(client, "127.0.0.1:" + port);
	}

	private static final class Processor extends SyncUserProcessor<Message> {

		@Override
		public Object handleRequest(BizContext context, Message request) {
			return request;
		}

		@Override
		public String interest() {
			return Message.class.getName();
		}

	}

	private static final class Client implements AsyncCaller {

		private final RpcClient client;

		private final String address;

		private final PerPayload<Message> requests = new PerPayload<>((payload) -> new Message(payload.text()));

		private Client(RpcClient client, String address) {
			this.client = client;
			this.address = address;
		}

		@Override
		public void call(Payload payload, Completion done) {
			try {
				this.client.invokeWithCallback(this.address, this.requests.of(payload),
						new Callback(payload.text().length(), done), TIMEOUT_MILLIS);
			}
			catch (RemotingException ex) {
				done.done(ex);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				done.done(ex);
			}
		}

		@Override
		public void close() {
			this.client.shutdown();
		}

	}

	private record Callback(int length, Completion done) implements InvokeCallback {

		@Override
		public void onResponse(Object answer) {
			boolean same = answer instanceof Message message && message.getText().length() == this.length;
			this.done.done(same ? null : new IllegalStateException("the answer is not what was sent"));
		}

		@Override
		public void onException(Throwable failure) {
			this.done.done(failure);
		}

		@Override
		public @Nullable Executor getExecutor() {
			return null;
		}

	}

}

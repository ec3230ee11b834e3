package io.microspring.benchmarks.armeria;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.grpc.GrpcClients;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

import io.microspring.benchmarks.AsyncCaller;
import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Completion;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.Peer;
import io.microspring.benchmarks.PerPayload;
import io.microspring.benchmarks.Server;
import io.microspring.benchmarks.StreamCaller;
import io.microspring.benchmarks.proto.Count;
import io.microspring.benchmarks.proto.Echo;
import io.microspring.benchmarks.proto.EchoerGrpc;

/**
 * gRPC on Armeria; it has one variant.
 */
public final class ArmeriaGrpc implements Peer {

	@Override
	public Server serve(String variant) {
		return new ArmeriaServer(com.linecorp.armeria.server.Server.builder()
			.http(new InetSocketAddress("127.0.0.1", 0))
			.service(GrpcService.builder().addService(new Echoer()).build())
			.build());
	}

	@Override
	public Caller connect(String variant, int port, int concurrency) {
		ClientFactory factory = ClientFactory.builder().build();
		return new Client(factory,
				GrpcClients.builder("gproto+http://127.0.0.1:" + port)
					.factory(factory)
					.build(EchoerGrpc.EchoerStub.class));
	}

	private static final class Echoer extends EchoerGrpc.EchoerImplBase {

		@Override
		public void call(Echo request, StreamObserver<Echo> answer) {
			answer.onNext(request);
			answer.onCompleted();
		}

		@Override
		public void stream(Count request, StreamObserver<Echo> answer) {
			ServerCallStreamObserver<Echo> call = (ServerCallStreamObserver<Echo>) answer;
			Echo each = Echo.newBuilder().setText(request.getText()).build();
			int[] left = { request.getMessages() };
			call.setOnReadyHandler(() -> {
				while (left[0] > 0 && call.isReady()) {
					left[0]--;
					call.onNext(each);
					if (left[0] == 0) {
						call.onCompleted();
					}
				}
			});
		}

	}

	private static final class Client implements AsyncCaller, StreamCaller {

		private final ClientFactory factory;

		private final EchoerGrpc.EchoerStub stub;

		private final PerPayload<Echo> requests = new PerPayload<>(
				(payload) -> Echo.newBuilder().setText(payload.text()).build());

		private Client(ClientFactory factory, EchoerGrpc.EchoerStub stub) {
			this.factory = factory;
			this.stub = stub;
		}

		@Override
		public void call(Payload payload, Completion done) {
			this.stub.call(this.requests.of(payload), new Answer(payload.text().length(), done));
		}

		@Override
		public long stream(int messages, Payload each) throws Exception {
			Received received = new Received(each.text().length());
			this.stub.stream(Count.newBuilder().setMessages(messages).setText(each.text()).build(), received);
			return received.ended.get();
		}

		@Override
		public void close() {
			this.factory.close();
		}

	}

	private static final class Answer implements StreamObserver<Echo> {

		private final int length;

		private final Completion done;

		private @Nullable Echo answer;

		private Answer(int length, Completion done) {
			this.length = length;
			this.done = done;
		}

		@Override
		public void onNext(Echo message) {
			this.answer = message;
		}

		@Override
		public void onError(Throwable failure) {
			this.done.done(failure);
		}

		@Override
		public void onCompleted() {
			Echo received = this.answer;
			this.done.done(received != null && received.getText().length() == this.length ? null
					: new IllegalStateException("the answer is not what was sent"));
		}

	}

	private static final class Received implements StreamObserver<Echo> {

		private final int length;

		private final CompletableFuture<Long> ended = new CompletableFuture<>();

		private long messages;

		private Received(int length) {
			this.length = length;
		}

		@Override
		public void onNext(Echo message) {
			if (message.getText().length() == this.length) {
				this.messages++;
			}
		}

		@Override
		public void onError(Throwable failure) {
			this.ended.completeExceptionally(failure);
		}

		@Override
		public void onCompleted() {
			this.ended.complete(this.messages);
		}

	}

}

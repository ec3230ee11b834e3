package io.microspring.benchmarks.grpc;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.microspring.benchmarks.AsyncCaller;
import io.microspring.benchmarks.Completion;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.PerPayload;
import io.microspring.benchmarks.StreamCaller;
import io.microspring.benchmarks.proto.Echo;

/**
 * What the asynchronous stub does.
 */
final class AsyncGrpcCaller implements AsyncCaller, StreamCaller {

	private final ManagedChannel channel;

	private final PerPayload<Echo> requests = new PerPayload<>(
			(payload) -> Echo.newBuilder().setText(payload.text()).build());

	AsyncGrpcCaller(ManagedChannel channel) {
		this.channel = channel;
	}

	@Override
	public void call(Payload payload, Completion done) {
		Echo request = this.requests.of(payload);
		ClientCalls.asyncUnaryCall(this.channel.newCall(EchoerMethods.CALL, CallOptions.DEFAULT), request,
				new Answer(payload.text().length(), done));
	}

	@Override
	public long stream(int messages, Payload each) throws Exception {
		return GrpcStreams.read(this.channel, messages, each);
	}

	@Override
	public void close() {
		this.channel.shutdownNow();
	}

	private static final class Answer implements StreamObserver<Echo> {

		private final int length;

		private final Completion done;

		private int received = -1;

		Answer(int length, Completion done) {
			this.length = length;
			this.done = done;
		}

		@Override
		public void onNext(Echo answer) {
			this.received = answer.getText().length();
		}

		@Override
		public void onError(Throwable failure) {
			this.done.done(failure);
		}

		@Override
		public void onCompleted() {
			this.done.done((this.received == this.length) ? null
					: new IllegalStateException("The answer has " + this.received + " characters"));
		}

	}

}

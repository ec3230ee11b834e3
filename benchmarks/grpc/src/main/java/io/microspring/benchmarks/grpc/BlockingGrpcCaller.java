package io.microspring.benchmarks.grpc;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCalls;
import io.microspring.benchmarks.BlockingCaller;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.PerPayload;
import io.microspring.benchmarks.StreamCaller;
import io.microspring.benchmarks.proto.Echo;

/**
 * What the blocking stub does.
 */
final class BlockingGrpcCaller implements BlockingCaller, StreamCaller {

	private final ManagedChannel channel;

	private final PerPayload<Echo> requests = new PerPayload<>(
			(payload) -> Echo.newBuilder().setText(payload.text()).build());

	BlockingGrpcCaller(ManagedChannel channel) {
		this.channel = channel;
	}

	@Override
	public void call(Payload payload) {
		Echo request = this.requests.of(payload);
		int received = ClientCalls.blockingUnaryCall(this.channel, EchoerMethods.CALL, CallOptions.DEFAULT, request)
			.getText()
			.length();
		if (received != payload.text().length()) {
			throw new IllegalStateException("The answer has " + received + " characters");
		}
	}

	@Override
	public long stream(int messages, Payload each) throws Exception {
		return GrpcStreams.read(this.channel, messages, each);
	}

	@Override
	public void close() {
		this.channel.shutdownNow();
	}

}

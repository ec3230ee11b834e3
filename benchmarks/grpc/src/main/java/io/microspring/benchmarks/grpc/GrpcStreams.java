package io.microspring.benchmarks.grpc;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.proto.Count;
import io.microspring.benchmarks.proto.Echo;

/**
 * Reads a stream to its end.
 */
final class GrpcStreams implements StreamObserver<Echo> {

	private final CompletableFuture<Long> received = new CompletableFuture<>();

	private final int length;

	private long count;

	private GrpcStreams(int length) {
		this.length = length;
	}

	static long read(Channel channel, int messages, Payload each) throws Exception {
		GrpcStreams reader = new GrpcStreams(each.text().length());
		ClientCalls.asyncServerStreamingCall(channel.newCall(EchoerMethods.STREAM, CallOptions.DEFAULT),
				Count.newBuilder().setMessages(messages).setText(each.text()).build(), reader);
		return reader.received.get(60, TimeUnit.SECONDS);
	}

	@Override
	public void onNext(Echo message) {
		if (message.getText().length() != this.length) {
			throw new IllegalStateException("A message has " + message.getText().length() + " characters");
		}
		this.count++;
	}

	@Override
	public void onError(Throwable failure) {
		this.received.completeExceptionally(failure);
	}

	@Override
	public void onCompleted() {
		this.received.complete(this.count);
	}

}

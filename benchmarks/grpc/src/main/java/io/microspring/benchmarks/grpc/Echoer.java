package io.microspring.benchmarks.grpc;

import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.microspring.benchmarks.proto.Count;
import io.microspring.benchmarks.proto.Echo;

/**
 * The service. A stream is sent as its caller takes it.
 */
final class Echoer {

	private Echoer() {
	}

	static ServerServiceDefinition definition() {
		return ServerServiceDefinition.builder(EchoerMethods.SERVICE)
			.addMethod(EchoerMethods.CALL, ServerCalls.asyncUnaryCall(Echoer::call))
			.addMethod(EchoerMethods.STREAM, ServerCalls.asyncServerStreamingCall(Echoer::stream))
			.build();
	}

	private static void call(Echo request, StreamObserver<Echo> answer) {
		answer.onNext(request);
		answer.onCompleted();
	}

	private static void stream(Count request, StreamObserver<Echo> answer) {
		ServerCallStreamObserver<Echo> stream = (ServerCallStreamObserver<Echo>) answer;
		Echo message = Echo.newBuilder().setText(request.getText()).build();
		AtomicInteger left = new AtomicInteger(request.getMessages());
		stream.setOnReadyHandler(() -> {
			while (left.get() > 0 && stream.isReady()) {
				stream.onNext(message);
				if (left.decrementAndGet() == 0) {
					stream.onCompleted();
				}
			}
		});
	}

}

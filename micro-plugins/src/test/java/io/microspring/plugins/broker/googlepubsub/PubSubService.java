package io.microspring.plugins.broker.googlepubsub;

import java.io.IOException;

import com.google.protobuf.Message;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.StreamObserver;

/** As much of the service of subscribers as a test wants. */
final class PubSubService {

	private static final String NAME = "google.pubsub.v1.Subscriber";

	private PubSubService() {
	}

	static Server start(ServerMethodDefinition<?, ?>... methods) throws IOException {
		ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(NAME);
		for (ServerMethodDefinition<?, ?> method : methods) {
			service.addMethod(method);
		}
		return Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
			.addService(service.build())
			.build()
			.start();
	}

	static <Q extends Message, A extends Message> ServerMethodDefinition<Q, A> method(String name,
			MethodDescriptor.MethodType type, Q request, A answer, ServerCallHandler<Q, A> handler) {
		return ServerMethodDefinition.create(MethodDescriptor.<Q, A>newBuilder()
			.setType(type)
			.setFullMethodName(NAME + "/" + name)
			.setRequestMarshaller(ProtoUtils.marshaller(request))
			.setResponseMarshaller(ProtoUtils.marshaller(answer))
			.build(), handler);
	}

	/**
	 * Passes over what a caller says, until it has said all.
	 *
	 * @param <Q> what it says
	 * @param end what to do then
	 */
	record Listening<Q>(Runnable end) implements StreamObserver<Q> {

		@Override
		public void onNext(Q request) {
		}

		@Override
		public void onError(Throwable failure) {
		}

		@Override
		public void onCompleted() {
			this.end.run();
		}

	}

}

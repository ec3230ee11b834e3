package io.microspring.plugins.broker.googlepubsub;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

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

/** As much of the service as a test wants: of subscribers, or of whom a name says. */
final class PubSubService {

	private static final String PACKAGE = "google.pubsub.v1.";

	private PubSubService() {
	}

	static Server start(ServerMethodDefinition<?, ?>... methods) throws IOException {
		Map<String, ServerServiceDefinition.Builder> services = new HashMap<>();
		for (ServerMethodDefinition<?, ?> method : methods) {
			services.computeIfAbsent(method.getMethodDescriptor().getServiceName(), ServerServiceDefinition::builder)
				.addMethod(method);
		}
		return Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
			.addServices(services.values().stream().map(ServerServiceDefinition.Builder::build).toList())
			.build()
			.start();
	}

	static <Q extends Message, A extends Message> ServerMethodDefinition<Q, A> method(String name,
			MethodDescriptor.MethodType type, Q request, A answer, ServerCallHandler<Q, A> handler) {
		return ServerMethodDefinition.create(MethodDescriptor.<Q, A>newBuilder()
			.setType(type)
			.setFullMethodName(PACKAGE + ((name.indexOf('/') < 0) ? "Subscriber/" : "") + name)
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

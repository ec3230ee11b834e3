package io.microspring.samples.greeter;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.microspring.samples.greeter.proto.Request;
import io.microspring.samples.greeter.proto.Response;
import io.microspring.samples.greeter.proto.StreamRequest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * grpc-java calls the greeter. Each method is one round, and asserts what it gets.
 */
final class GrpcCaller implements AutoCloseable {

	private static final String SAY = "go.micro.srv.greeter.Say/";

	private static final MethodDescriptor<Request, Response> HELLO = method(MethodType.UNARY, "Hello",
			Request.getDefaultInstance());

	private static final MethodDescriptor<StreamRequest, Response> STREAM = method(MethodType.SERVER_STREAMING,
			"Stream", StreamRequest.getDefaultInstance());

	private static final MethodDescriptor<Request, Response> BIDI = method(MethodType.BIDI_STREAMING, "Bidi",
			Request.getDefaultInstance());

	/** The greeter answers each request: of a single one that is one answer. */
	private static final MethodDescriptor<Request, Response> COLLECT = method(MethodType.CLIENT_STREAMING, "Bidi",
			Request.getDefaultInstance());

	private final ManagedChannel channel;

	GrpcCaller(String address) {
		this.channel = NettyChannelBuilder.forTarget("dns:///" + address).usePlaintext().build();
	}

	void unary() {
		assertThat(hello("gRPC").getMsg()).isEqualTo("Hello gRPC");
	}

	void error() {
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> hello("error")).satisfies((ex) -> {
			assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
			assertThat(ex.getStatus().getDescription()).contains("bad name error");
			com.google.rpc.Status told = StatusProto.fromThrowable(ex);
			assertThat(told).isNotNull();
			assertThat(told.getDetailsList()).isNotEmpty();
		});
	}

	void deadline() {
		CallOptions soon = CallOptions.DEFAULT.withDeadlineAfter(50, TimeUnit.MILLISECONDS);
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> ClientCalls.blockingUnaryCall(this.channel, HELLO, soon, request("sleep:1m")))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
	}

	void serverStream() {
		Iterator<Response> answers = ClientCalls.blockingServerStreamingCall(this.channel, STREAM, CallOptions.DEFAULT,
				StreamRequest.newBuilder().setName("gRPC").setCount(3).build());
		List<String> told = new ArrayList<>();
		answers.forEachRemaining((answer) -> told.add(answer.getMsg()));
		assertThat(told).containsExactly("Hello gRPC 0", "Hello gRPC 1", "Hello gRPC 2");
	}

	void clientStream() throws Exception {
		Collector<Response> collector = new Collector<>();
		StreamObserver<Request> requests = ClientCalls
			.asyncClientStreamingCall(this.channel.newCall(COLLECT, CallOptions.DEFAULT), collector);
		requests.onNext(request("one"));
		requests.onCompleted();
		assertThat(collector.all()).extracting(Response::getMsg).containsExactly("Hello one");
	}

	void bidiStream() throws Exception {
		Collector<Response> collector = new Collector<>();
		StreamObserver<Request> requests = ClientCalls
			.asyncBidiStreamingCall(this.channel.newCall(BIDI, CallOptions.DEFAULT), collector);
		requests.onNext(request("one"));
		requests.onNext(request("two"));
		requests.onCompleted();
		assertThat(collector.all()).extracting(Response::getMsg).containsExactly("Hello one", "Hello two");
	}

	void reflection() throws Exception {
		Collector<ServerReflectionResponse> collector = new Collector<>();
		StreamObserver<ServerReflectionRequest> requests = ServerReflectionGrpc.newStub(this.channel)
			.serverReflectionInfo(collector);
		requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
		requests.onCompleted();
		assertThat(collector.all()).singleElement()
			.satisfies((answer) -> assertThat(answer.getListServicesResponse().getServiceList())
				.extracting(ServiceResponse::getName)
				.contains("go.micro.srv.greeter.Say"));
	}

	private Response hello(String name) {
		return ClientCalls.blockingUnaryCall(this.channel, HELLO, CallOptions.DEFAULT, request(name));
	}

	private static Request request(String name) {
		return Request.newBuilder().setName(name).build();
	}

	private static <T extends Message> MethodDescriptor<T, Response> method(MethodType type, String name, T request) {
		return MethodDescriptor.<T, Response>newBuilder()
			.setType(type)
			.setFullMethodName(SAY + name)
			.setRequestMarshaller(ProtoUtils.marshaller(request))
			.setResponseMarshaller(ProtoUtils.marshaller(Response.getDefaultInstance()))
			.build();
	}

	@Override
	public void close() throws InterruptedException {
		this.channel.shutdownNow();
		this.channel.awaitTermination(10, TimeUnit.SECONDS);
	}

	/** What a stream brings, once it has ended. */
	private static final class Collector<T> implements StreamObserver<T> {

		private final List<T> collected = new ArrayList<>();

		private final CompletableFuture<List<T>> done = new CompletableFuture<>();

		List<T> all() throws Exception {
			return this.done.get(30, TimeUnit.SECONDS);
		}

		@Override
		public void onNext(T value) {
			this.collected.add(value);
		}

		@Override
		public void onError(Throwable failure) {
			this.done.completeExceptionally(failure);
		}

		@Override
		public void onCompleted() {
			this.done.complete(this.collected);
		}

	}

}

package io.microspring.test;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.microspring.errors.wire.Error;
import io.microspring.test.greeter.Request;
import io.microspring.test.greeter.Response;
import io.microspring.test.greeter.StreamRequest;

/**
 * A greeter served by grpc-java, which knows nothing of go-micro.
 */
final class StockServer implements AutoCloseable {

	private static final String SERVICE = "go.micro.srv.greeter.Say";

	private static final Metadata.Key<String> FOO = Metadata.Key.of("x-foo", Metadata.ASCII_STRING_MARSHALLER);

	private static final Metadata.Key<byte[]> TRACE = Metadata.Key.of("trace-bin", Metadata.BINARY_BYTE_MARSHALLER);

	private static final Context.Key<Metadata> HEADERS = Context.key("headers");

	/** Calls that were cancelled by their callers. */
	final BlockingQueue<String> cancelled = new LinkedBlockingQueue<>();

	/** Calls that wait for {@link #release}. */
	final BlockingQueue<StreamObserver<Response>> waiting = new LinkedBlockingQueue<>();

	final HealthStatusManager health = new HealthStatusManager();

	private final Server server;

	StockServer() throws IOException {
		this.server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
			.maxInboundMessageSize(8 * 1024 * 1024)
			.addService(ServerServiceDefinition.builder(SERVICE)
				.addMethod(method("Hello", MethodType.UNARY, Request.getDefaultInstance()),
						ServerCalls.asyncUnaryCall(this::hello))
				.addMethod(method("Stream", MethodType.SERVER_STREAMING, StreamRequest.getDefaultInstance()),
						ServerCalls.asyncServerStreamingCall(this::stream))
				.addMethod(method("Collect", MethodType.CLIENT_STREAMING, Request.getDefaultInstance()),
						ServerCalls.asyncClientStreamingCall(this::collect))
				.addMethod(method("Bidi", MethodType.BIDI_STREAMING, Request.getDefaultInstance()),
						ServerCalls.asyncBidiStreamingCall(this::bidi))
				.build())
			.addService(this.health.getHealthService())
			.intercept(new ServerInterceptor() {
				@Override
				public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers,
						ServerCallHandler<Q, R> next) {
					return Contexts.interceptCall(Context.current().withValue(HEADERS, headers), call, headers, next);
				}
			})
			.build()
			.start();
	}

	private static <T extends Message> MethodDescriptor<T, Response> method(String name, MethodType type, T request) {
		return MethodDescriptor.<T, Response>newBuilder()
			.setType(type)
			.setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
			.setRequestMarshaller(ProtoUtils.marshaller(request))
			.setResponseMarshaller(ProtoUtils.marshaller(Response.getDefaultInstance()))
			.build();
	}

	String address() {
		return "127.0.0.1:" + this.server.getPort();
	}

	/** Takes no more calls, and lets those under way end. */
	void shutdown() {
		this.server.shutdown();
	}

	boolean isTerminated() {
		return this.server.isTerminated();
	}

	@Override
	public void close() {
		this.server.shutdownNow();
	}

	private void hello(Request request, StreamObserver<Response> answer) {
		ServerCallStreamObserver<Response> call = (ServerCallStreamObserver<Response>) answer;
		switch (request.getName()) {
			case "wait" -> {
				call.setOnCancelHandler(() -> this.cancelled.add("wait"));
				this.waiting.add(answer);
			}
			case "details" -> answer.onError(StatusProto.toStatusException(com.google.rpc.Status.newBuilder()
				.setCode(Status.Code.INVALID_ARGUMENT.value())
				.setMessage("the message")
				.addDetails(Any.pack(Error.newBuilder()
					.setId("stock")
					.setCode(418)
					.setDetail("short and stout")
					.setStatus("I'm a teapot")
					.build()))
				.build()));
			case "missing" -> answer.onError(Status.NOT_FOUND.withDescription("no Jürgen here: 100%").asException());
			case "unavailable" -> answer.onError(Status.UNAVAILABLE.withDescription("later").asException());
			case "metadata" -> {
				Metadata headers = HEADERS.get();
				answer.onNext(response(headers.get(FOO) + " " + Base64.getEncoder().encodeToString(headers.get(TRACE))
						+ " " + (Context.current().getDeadline() != null)));
				answer.onCompleted();
			}
			case "gzip" -> {
				call.setCompression("gzip");
				answer.onNext(response("x".repeat(100_000)));
				answer.onCompleted();
			}
			default -> {
				answer.onNext(response("Hello " + request.getName()));
				answer.onCompleted();
			}
		}
	}

	private void stream(StreamRequest request, StreamObserver<Response> answer) {
		ServerCallStreamObserver<Response> call = (ServerCallStreamObserver<Response>) answer;
		call.setOnCancelHandler(() -> this.cancelled.add("stream"));
		int[] sent = { 0 };
		call.setOnReadyHandler(() -> {
			while (call.isReady() && sent[0] < request.getCount()) {
				answer.onNext(response(request.getName() + " " + sent[0]++));
			}
			if (sent[0] == request.getCount()) {
				sent[0]++;
				if (request.getName().equals("error")) {
					answer.onError(Status.ABORTED.withDescription("enough").asException());
				}
				else {
					answer.onCompleted();
				}
			}
		});
	}

	private StreamObserver<Request> collect(StreamObserver<Response> answer) {
		List<String> names = new ArrayList<>();
		return observer(answer, (name) -> names.add(name), () -> answer.onNext(response(String.join(",", names))));
	}

	private StreamObserver<Request> bidi(StreamObserver<Response> answer) {
		return observer(answer, (name) -> answer.onNext(response("Hello " + name)), () -> {
		});
	}

	private StreamObserver<Request> observer(StreamObserver<Response> answer, Consumer<String> onName, Runnable onEnd) {
		return new StreamObserver<>() {

			@Override
			public void onNext(Request value) {
				onName.accept(value.getName());
			}

			@Override
			public void onError(Throwable failure) {
				StockServer.this.cancelled.add("requests");
			}

			@Override
			public void onCompleted() {
				onEnd.run();
				answer.onCompleted();
			}

		};
	}

	static Response response(String message) {
		return Response.newBuilder().setMsg(message).build();
	}

}

package io.microspring.test.grpc;

import java.util.concurrent.TimeUnit;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.microspring.test.greeter.Request;
import io.microspring.test.greeter.Response;
import io.microspring.test.greeter.StreamRequest;

/**
 * grpc-java as a caller.
 */
final class GrpcJava implements AutoCloseable {

	static final String SAY = "go.micro.srv.greeter.Say";

	private final ManagedChannel channel;

	GrpcJava(String address) {
		this.channel = NettyChannelBuilder.forTarget("dns:///" + address)
			.usePlaintext()
			.maxInboundMessageSize(8 << 20)
			.build();
	}

	ManagedChannel channel() {
		return this.channel;
	}

	static MethodDescriptor<Request, Response> unary(String service) {
		return method(service, "Hello", MethodType.UNARY, Request.getDefaultInstance(), Response.getDefaultInstance());
	}

	static MethodDescriptor<StreamRequest, Response> stream() {
		return method(SAY, "Stream", MethodType.SERVER_STREAMING, StreamRequest.getDefaultInstance(),
				Response.getDefaultInstance());
	}

	static MethodDescriptor<Request, Response> bidi(String method, MethodType type) {
		return method(SAY, method, type, Request.getDefaultInstance(), Response.getDefaultInstance());
	}

	static <Q extends Message, A extends Message> MethodDescriptor<Q, A> method(String service, String name,
			MethodType type, Q request, A answer) {
		return MethodDescriptor.<Q, A>newBuilder()
			.setType(type)
			.setFullMethodName(service + "/" + name)
			.setRequestMarshaller(ProtoUtils.marshaller(request))
			.setResponseMarshaller(ProtoUtils.marshaller(answer))
			.build();
	}

	String hello(String name, CallOptions options) {
		return ClientCalls
			.blockingUnaryCall(this.channel, unary(SAY), options, Request.newBuilder().setName(name).build())
			.getMsg();
	}

	String hello(String name) {
		return hello(name, CallOptions.DEFAULT);
	}

	@Override
	public void close() {
		this.channel.shutdownNow();
		try {
			this.channel.awaitTermination(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}

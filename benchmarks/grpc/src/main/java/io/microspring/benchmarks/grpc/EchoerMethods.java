package io.microspring.benchmarks.grpc;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.protobuf.ProtoUtils;
import io.microspring.benchmarks.proto.Count;
import io.microspring.benchmarks.proto.Echo;

/**
 * The service's methods. With them grpc-java's {@code ClientCalls} and
 * {@code ServerCalls} are used as its generated code uses them; the generator itself is a
 * program that is not to be had for every machine.
 */
final class EchoerMethods {

	static final String SERVICE = "bench.Echoer";

	static final MethodDescriptor<Echo, Echo> CALL = method("Call", MethodType.UNARY, Echo.getDefaultInstance());

	static final MethodDescriptor<Count, Echo> STREAM = method("Stream", MethodType.SERVER_STREAMING,
			Count.getDefaultInstance());

	private EchoerMethods() {
	}

	private static <T extends Message> MethodDescriptor<T, Echo> method(String name, MethodType type, T request) {
		return MethodDescriptor.<T, Echo>newBuilder()
			.setType(type)
			.setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
			.setSampledToLocalTracing(true)
			.setRequestMarshaller(ProtoUtils.marshaller(request))
			.setResponseMarshaller(ProtoUtils.marshaller(Echo.getDefaultInstance()))
			.build();
	}

}

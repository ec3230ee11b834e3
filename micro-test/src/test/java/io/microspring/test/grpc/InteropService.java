package io.microspring.test.grpc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import io.microspring.call.Stream;
import io.microspring.errors.GrpcStatus;
import io.microspring.errors.MicroException;
import io.microspring.message.Metadata;
import io.microspring.server.Call;
import io.microspring.test.grpc.interop.BoolValue;
import io.microspring.test.grpc.interop.EchoStatus;
import io.microspring.test.grpc.interop.Empty;
import io.microspring.test.grpc.interop.Payload;
import io.microspring.test.grpc.interop.ResponseParameters;
import io.microspring.test.grpc.interop.SimpleRequest;
import io.microspring.test.grpc.interop.SimpleResponse;
import io.microspring.test.grpc.interop.StreamingInputCallRequest;
import io.microspring.test.grpc.interop.StreamingInputCallResponse;
import io.microspring.test.grpc.interop.StreamingOutputCallRequest;
import io.microspring.test.grpc.interop.StreamingOutputCallResponse;

/**
 * gRPC's {@code grpc.testing.TestService}, as its interoperability test descriptions ask
 * for it, as a handler like any other.
 */
public final class InteropService {

	private final CountDownLatch never = new CountDownLatch(1);

	public Empty emptyCall(Empty request, Call call) {
		echo(call);
		return request;
	}

	public SimpleResponse unaryCall(SimpleRequest request, Call call) {
		echo(call);
		expect(request.getExpectCompressed(), call);
		fail(request.getResponseStatus());
		if (request.hasResponseCompressed()) {
			call.compress(request.getResponseCompressed().getValue());
		}
		return SimpleResponse.newBuilder().setPayload(payload(request.getResponseSize())).build();
	}

	public void streamingOutputCall(StreamingOutputCallRequest request,
			Stream<StreamingOutputCallResponse, StreamingOutputCallRequest> stream, Call call) {
		answer(request, stream, call);
	}

	public void streamingInputCall(Stream<StreamingInputCallResponse, StreamingInputCallRequest> stream, Call call) {
		int size = 0;
		for (StreamingInputCallRequest request : stream.received()) {
			expect(request.getExpectCompressed(), call);
			size += request.getPayload().getBody().size();
		}
		stream.send(StreamingInputCallResponse.newBuilder().setAggregatedPayloadSize(size).build());
	}

	public void fullDuplexCall(Stream<StreamingOutputCallResponse, StreamingOutputCallRequest> stream, Call call) {
		echo(call);
		for (StreamingOutputCallRequest request : stream.received()) {
			fail(request.getResponseStatus());
			answer(request, stream, call);
		}
	}

	public void halfDuplexCall(Stream<StreamingOutputCallResponse, StreamingOutputCallRequest> stream, Call call) {
		List<StreamingOutputCallRequest> requests = new ArrayList<>();
		stream.received().forEach(requests::add);
		requests.forEach((request) -> answer(request, stream, call));
	}

	private void answer(StreamingOutputCallRequest request,
			Stream<StreamingOutputCallResponse, StreamingOutputCallRequest> stream, Call call) {
		for (ResponseParameters parameters : request.getResponseParametersList()) {
			pause(parameters.getIntervalUs());
			if (parameters.hasCompressed()) {
				call.compress(parameters.getCompressed().getValue());
			}
			stream.send(StreamingOutputCallResponse.newBuilder().setPayload(payload(parameters.getSize())).build());
		}
	}

	/** The intervals between answers are part of the protocol. */
	private void pause(int micros) {
		try {
			this.never.await(Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(micros)).toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static Payload payload(int size) {
		return Payload.newBuilder().setBody(ByteString.copyFrom(new byte[size])).build();
	}

	private static void echo(Call call) {
		Metadata metadata = call.metadata();
		String initial = metadata.get("x-grpc-test-echo-initial");
		if (initial != null) {
			call.responseHeader("x-grpc-test-echo-initial", initial);
		}
		String trailing = metadata.get("x-grpc-test-echo-trailing-bin");
		if (trailing != null) {
			call.responseTrailer("x-grpc-test-echo-trailing-bin", trailing);
		}
	}

	private static void expect(BoolValue compressed, Call call) {
		if (compressed.getValue() && !call.isCompressed()) {
			throw MicroException.badRequest(call.service(), "the message was to be compressed");
		}
	}

	private static void fail(EchoStatus status) {
		if (status.getCode() != GrpcStatus.OK) {
			throw MicroException.plain(GrpcStatus.toHttp(status.getCode()), status.getMessage());
		}
	}

}

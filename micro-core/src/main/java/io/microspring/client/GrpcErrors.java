package io.microspring.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.microspring.errors.GrpcStatus;
import io.microspring.errors.MicroException;
import io.microspring.errors.wire.Error;
import io.microspring.errors.wire.Status;
import io.microspring.message.Headers;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * Reads errors as gRPC has them (protocol reference §4.2): go-micro's own from the
 * details or the message of the status, any other from its number.
 */
final class GrpcErrors {

	private static final String STATUS = "grpc-status";

	/** What a Go error that says no more of itself has, as one of a Java handler. */
	private static final String PLAIN = Integer.toString(GrpcStatus.UNKNOWN);

	private static final String MESSAGE = "grpc-message";

	private static final String DETAILS = "grpc-status-details-bin";

	private GrpcErrors() {
	}

	/**
	 * The error in the trailers of an answer.
	 * @param trailers the trailers, or all headers of the answer
	 * @return the error, or null when all is well
	 */
	static @Nullable MicroException of(Metadata trailers) {
		String number = trailers.get(STATUS);
		if ("0".equals(number)) {
			return null;
		}
		if (number == null) {
			MicroException other = ofOtherProtocol(trailers);
			return (other != null) ? other
					: MicroException.internalServerError(Dialects.ID, "the answer ended without a gRPC status");
		}
		MicroException detailed = ofDetails(trailers.get(DETAILS));
		if (detailed != null) {
			return detailed;
		}
		String message = GrpcStatus.decodeMessage(trailers.getOrDefault(MESSAGE, ""));
		MicroException told = MicroException.parse(message);
		return told.isPlain() ? ofStatus(number, message) : told;
	}

	/**
	 * The error of an answer that is no gRPC.
	 * @param head its headers
	 * @return the error, or null when it looks like gRPC
	 */
	static @Nullable MicroException ofOtherProtocol(Metadata head) {
		String status = head.getOrDefault(Headers.HTTP_STATUS, "200");
		String type = head.getOrDefault(Headers.CONTENT_TYPE, GrpcDialect.CONTENT_TYPE);
		if (head.contains(STATUS) || status.equals("200") && type.startsWith(GrpcDialect.CONTENT_TYPE)) {
			return null;
		}
		return MicroException.of(Dialects.ID, status.matches("[45]\\d\\d") ? Integer.parseInt(status) : 500,
				"the peer answers with HTTP status " + status + " and content type " + type + ", which is no gRPC");
	}

	private static MicroException ofStatus(String number, String message) {
		int code = number.matches("\\d{1,2}") ? GrpcStatus.toHttp(Integer.parseInt(number)) : 500;
		if (message.isEmpty()) {
			return MicroException.of(Dialects.ID, code, "gRPC status " + number);
		}
		MicroException error = MicroException.of(Dialects.ID, code, message);
		return number.equals(PLAIN) ? error.asAnswer() : error;
	}

	private static @Nullable MicroException ofDetails(@Nullable String details) {
		if (details == null) {
			return null;
		}
		try {
			for (Any detail : Status.parseFrom(Headers.binary(details)).getDetailsList()) {
				if (detail.is(Error.class)) {
					Error error = detail.unpack(Error.class);
					return new MicroException(error.getId(), error.getCode(), error.getDetail(), error.getStatus());
				}
			}
		}
		catch (InvalidProtocolBufferException | IllegalArgumentException ignored) {
			// the message of the status has to do
		}
		return null;
	}

}

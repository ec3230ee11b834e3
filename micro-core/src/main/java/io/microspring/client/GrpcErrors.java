package io.microspring.client;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
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

	private static final String MESSAGE = "grpc-message";

	private static final String DETAILS = "grpc-status-details-bin";

	/** HTTP codes by the number of the status: go-micro's table, backwards. */
	private static final int[] CODES = { 200, 499, 500, 400, 408, 404, 409, 403, 429, 412, 409, 400, 501, 500, 503, 500,
			401 };

	private static final String[] NAMES = { "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED",
			"NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
			"OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED" };

	private static final int UNKNOWN = 2;

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
		String message = unescape(trailers.getOrDefault(MESSAGE, ""));
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
		int status = number.matches("1?\\d") ? Integer.parseInt(number) : UNKNOWN;
		status = (status < CODES.length) ? status : UNKNOWN;
		return MicroException.of(Dialects.ID, CODES[status],
				message.isEmpty() ? "gRPC status " + NAMES[status] : message);
	}

	private static @Nullable MicroException ofDetails(@Nullable String details) {
		if (details == null) {
			return null;
		}
		try {
			for (Any detail : Status.parseFrom(Base64.getDecoder().decode(details)).getDetailsList()) {
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

	/**
	 * Takes the percent-encoding off a message, and leaves what is none.
	 */
	private static String unescape(String text) {
		if (text.indexOf('%') < 0) {
			return text;
		}
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		ByteBuffer plain = ByteBuffer.allocate(bytes.length);
		for (int i = 0; i < bytes.length; i++) {
			int high = (bytes[i] == '%' && i + 2 < bytes.length) ? Character.digit(bytes[i + 1], 16) : -1;
			int low = (high >= 0) ? Character.digit(bytes[i + 2], 16) : -1;
			if (low >= 0) {
				plain.put((byte) (high * 16 + low));
				i += 2;
			}
			else {
				plain.put(bytes[i]);
			}
		}
		return new String(plain.array(), 0, plain.position(), StandardCharsets.UTF_8);
	}

}

package io.microspring.test.recording;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.microspring.errors.MicroException;
import io.microspring.errors.wire.Error;
import io.microspring.errors.wire.Status;
import org.jspecify.annotations.Nullable;

/**
 * How a gRPC call ended: what stands in the trailers.
 *
 * @param code the status, empty when there is none
 * @param message the message, decoded
 * @param details the details, none when there are none
 */
record GrpcStatus(String code, String message, List<Any> details) {

	private static final String ERROR = "type.googleapis.com/errors.Error";

	static GrpcStatus of(Map<String, String> trailers) {
		return new GrpcStatus(trailers.getOrDefault("grpc-status", ""),
				decoded(trailers.getOrDefault("grpc-message", "")), details(trailers.get("grpc-status-details-bin")));
	}

	boolean isError() {
		return !this.code.equals("0");
	}

	/** Whether it says only that the caller's time is over, or nothing at all. */
	boolean isGivenUp() {
		return this.code.isEmpty() || this.code.equals("4") || this.code.equals("1");
	}

	/**
	 * Compares.
	 * @param ours how ours ended
	 * @return the differences, none when they mean the same to a Go client
	 */
	List<String> differences(GrpcStatus ours) {
		List<String> differences = new ArrayList<>();
		if (!this.code.equals(ours.code)) {
			differences.add("grpc-status is " + ours.code + " for " + this.code + " (" + ours.message + ")");
		}
		else {
			differences.addAll(messageDifferences(ours));
		}
		return differences;
	}

	/**
	 * Compares two errors, whatever the code.
	 * @param ours how ours ended
	 * @return the differences, none when both are the same error of go-micro, or none of
	 * its errors
	 */
	List<String> meaningDifferences(GrpcStatus ours) {
		boolean plain = !this.message.isEmpty() && MicroException.parse(this.message).isPlain()
				&& MicroException.parse(ours.message).isPlain();
		return plain ? List.of() : messageDifferences(ours);
	}

	private List<String> messageDifferences(GrpcStatus ours) {
		List<String> differences = new ArrayList<>();
		if (!Replies.sameError(this.message, ours.message)) {
			differences.add("grpc-message is " + ours.message + " for " + this.message);
		}
		if (!sameDetails(ours)) {
			differences.add("details are " + shown(ours.details) + " for " + shown(this.details));
		}
		return differences;
	}

	/**
	 * The oldest go-micro sends no details and reads none: there they may repeat the
	 * message. Go clients take the first of them for an error, whatever it is.
	 */
	private boolean sameDetails(GrpcStatus ours) {
		if (ours.details.size() > 1 || this.details.size() > ours.details.size()) {
			return false;
		}
		if (ours.details.isEmpty()) {
			return true;
		}
		MicroException error = error(ours.details.get(0));
		if (this.details.isEmpty()) {
			MicroException said = MicroException.parse(this.message);
			return error != null && !said.isPlain() && Replies.sameError(this.message, error.toText());
		}
		MicroException expected = error(this.details.get(0));
		return (error == null || expected == null) ? this.details.equals(ours.details)
				: Replies.sameError(expected.toText(), error.toText());
	}

	private static String shown(List<Any> details) {
		return details.stream().map((detail) -> {
			MicroException error = error(detail);
			return (error != null) ? error.toText() : detail.getTypeUrl();
		}).toList().toString();
	}

	private static @Nullable MicroException error(Any detail) {
		try {
			if (detail.getTypeUrl().equals(ERROR)) {
				Error error = Error.parseFrom(detail.getValue());
				return new MicroException(error.getId(), error.getCode(), error.getDetail(), error.getStatus());
			}
			return null;
		}
		catch (InvalidProtocolBufferException ex) {
			return null;
		}
	}

	private static List<Any> details(@Nullable String base64) {
		try {
			return (base64 == null) ? List.of() : Status.parseFrom(Base64.getDecoder().decode(base64)).getDetailsList();
		}
		catch (IllegalArgumentException | InvalidProtocolBufferException ex) {
			return List.of(Any.newBuilder().setTypeUrl("undecodable " + base64).build());
		}
	}

	/** {@code grpc-message} is UTF-8 with %xx for what is not printable ASCII. */
	private static String decoded(String message) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		byte[] raw = message.getBytes(StandardCharsets.UTF_8);
		for (int i = 0; i < raw.length; i++) {
			int high = (raw[i] == '%' && i + 2 < raw.length) ? Character.digit(raw[i + 1], 16) : -1;
			int low = (high >= 0) ? Character.digit(raw[i + 2], 16) : -1;
			if (low >= 0) {
				bytes.write(high << 4 | low);
				i += 2;
			}
			else {
				bytes.write(raw[i]);
			}
		}
		return bytes.toString(StandardCharsets.UTF_8);
	}

}

package io.microspring.errors;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;

import com.google.protobuf.Any;
import io.microspring.errors.wire.Error;
import io.microspring.errors.wire.ErrorInfo;
import io.microspring.errors.wire.Status;
import org.jspecify.annotations.Nullable;

/**
 * How an error stands in the trailers of a gRPC call (protocol reference §4.2). go-micro:
 * {@code microError} of {@code server/grpc}.
 * <p>
 * The message is the error's JSON, or the text of a plain error. The details of a
 * go-micro error are exactly one {@code errors.Error} for go-micro's callers, which take
 * the first for it unseen; others get google's {@code ErrorInfo} before it, whose domain
 * is the error's id and whose reason its status in upper case. A plain error has none.
 *
 * @param code gRPC's number of the status
 * @param message the message, not yet encoded
 * @param details {@code google.rpc.Status} in base64, as {@code grpc-status-details-bin}
 * has it; null for none
 */
public record GrpcStatus(int code, String message, @Nullable String details) {

	/** All is well. */
	public static final int OK = 0;

	/** The caller has gone. */
	public static final int CANCELLED = 1;

	/** An error that says no more of itself. */
	public static final int UNKNOWN = 2;

	/** The deadline has passed. */
	public static final int DEADLINE_EXCEEDED = 4;

	/** There is no such service or method. */
	public static final int UNIMPLEMENTED = 12;

	/** A fault. */
	public static final int INTERNAL = 13;

	private static final Map<Integer, Integer> FROM_HTTP = Map.ofEntries(Map.entry(200, OK), Map.entry(400, 3),
			Map.entry(401, 16), Map.entry(403, 7), Map.entry(404, 5), Map.entry(408, DEADLINE_EXCEEDED),
			Map.entry(409, 6), Map.entry(412, 9), Map.entry(413, 8), Map.entry(429, 8), Map.entry(499, CANCELLED),
			Map.entry(500, INTERNAL), Map.entry(501, UNIMPLEMENTED), Map.entry(503, 14));

	private static final int[] TO_HTTP = { 200, 499, 500, 400, 408, 404, 409, 403, 429, 412, 409, 400, 501, 500, 503,
			500, 401 };

	/**
	 * What message and details may take together: stock clients take 8 KiB of trailers,
	 * and end a call without a status when there is more.
	 */
	private static final int LARGEST = 6 * 1024;

	private static final int LONGEST_DETAIL = 4096;

	private static final int SHORTEST_DETAIL = 64;

	/**
	 * The status of an error.
	 * @param error the error; of a detail that is too long for trailers, as much as fits
	 * @param goMicro whether the caller is go-micro's
	 * @return the status
	 */
	public static GrpcStatus of(MicroException error, boolean goMicro) {
		int longest = LONGEST_DETAIL;
		GrpcStatus status = of(error, goMicro, longest);
		while (status.size() > LARGEST && longest > SHORTEST_DETAIL) {
			longest /= 2;
			status = of(error, goMicro, longest);
		}
		return status;
	}

	private static GrpcStatus of(MicroException error, boolean goMicro, int longest) {
		String detail = (error.detail().length() > longest) ? error.detail().substring(0, longest) + "..."
				: error.detail();
		if (error.isPlain()) {
			return new GrpcStatus(plainCode(error), detail, null);
		}
		MicroException told = new MicroException(error.id(), error.code(), detail, error.status());
		int code = fromHttp(error.code());
		Status.Builder status = Status.newBuilder().setCode(code).setMessage(told.toText());
		if (!goMicro) {
			status.addDetails(Any.pack(errorInfo(told)));
		}
		status.addDetails(Any.pack(Error.newBuilder()
			.setId(told.id())
			.setCode(told.code())
			.setDetail(told.detail())
			.setStatus(told.status())
			.build()));
		return new GrpcStatus(code, told.toText(),
				Base64.getEncoder().withoutPadding().encodeToString(status.build().toByteArray()));
	}

	/**
	 * Go tells the errors of its contexts apart, which as plain errors have their text.
	 */
	private static int plainCode(MicroException error) {
		return switch (error.detail()) {
			case "context deadline exceeded" -> DEADLINE_EXCEEDED;
			case "context canceled" -> CANCELLED;
			default -> (error.code() == 500) ? UNKNOWN : fromHttp(error.code());
		};
	}

	/**
	 * The status of an HTTP code, as go-micro's servers choose it.
	 * @param code the HTTP code
	 * @return gRPC's number, {@link #UNKNOWN} for most codes
	 */
	public static int fromHttp(int code) {
		return FROM_HTTP.getOrDefault(code, UNKNOWN);
	}

	/**
	 * The HTTP code of a status.
	 * @param code gRPC's number
	 * @return the HTTP code, 500 for numbers that say no more
	 */
	public static int toHttp(int code) {
		return (code >= 0 && code < TO_HTTP.length) ? TO_HTTP[code] : 500;
	}

	/**
	 * The message as {@code grpc-message} has it: in UTF-8, what is no printable ASCII in
	 * percent signs.
	 * @param message the message
	 * @return the encoded message
	 */
	public static String encodeMessage(String message) {
		byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
		StringBuilder encoded = new StringBuilder(bytes.length + 16);
		for (byte b : bytes) {
			if (b >= ' ' && b < 127 && b != '%') {
				encoded.append((char) b);
			}
			else {
				encoded.append('%')
					.append(Character.toUpperCase(Character.forDigit((b >> 4) & 0xf, 16)))
					.append(Character.toUpperCase(Character.forDigit(b & 0xf, 16)));
			}
		}
		return encoded.toString();
	}

	/**
	 * The message that {@code grpc-message} stands for; what is wrongly encoded is left
	 * as it is.
	 * @param encoded the encoded message
	 * @return the message
	 */
	public static String decodeMessage(String encoded) {
		if (encoded.indexOf('%') < 0) {
			return encoded;
		}
		byte[] bytes = encoded.getBytes(StandardCharsets.UTF_8);
		ByteArrayOutputStream message = new ByteArrayOutputStream(bytes.length);
		for (int i = 0; i < bytes.length; i++) {
			int high = (bytes[i] == '%' && i + 2 < bytes.length) ? Character.digit(bytes[i + 1], 16) : -1;
			int low = (high >= 0) ? Character.digit(bytes[i + 2], 16) : -1;
			if (low >= 0) {
				message.write(high * 16 + low);
				i += 2;
			}
			else {
				message.write(bytes[i]);
			}
		}
		return message.toString(StandardCharsets.UTF_8);
	}

	private int size() {
		return encodeMessage(this.message).length() + ((this.details == null) ? 0 : this.details.length());
	}

	private static ErrorInfo errorInfo(MicroException error) {
		return ErrorInfo.newBuilder()
			.setReason(error.status().toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", "_"))
			.setDomain(error.id())
			.putMetadata("code", Integer.toString(error.code()))
			.build();
	}

}

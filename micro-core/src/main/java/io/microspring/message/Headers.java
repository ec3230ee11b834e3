package io.microspring.message;

import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The names of the headers that go-micro gives a meaning (protocol reference §3.3), and
 * how many a message may have.
 */
public final class Headers {

	/**
	 * How many headers a message has at the most, wherever it comes from: looking one up
	 * takes time with their number.
	 */
	public static final int MOST = 1000;

	/** The content type of the body; chooses the codec. */
	public static final String CONTENT_TYPE = "Content-Type";

	/** The content type that the caller wants back; informational. */
	public static final String ACCEPT = "Accept";

	/** What is left of the caller's deadline, in nanoseconds, decimal. */
	public static final String TIMEOUT = "Timeout";

	/** The caller's sequence number of the message. */
	public static final String ID = "Micro-Id";

	/** The service that is called. */
	public static final String SERVICE = "Micro-Service";

	/** The endpoint that is called, such as {@code Say.Hello}. */
	public static final String ENDPOINT = "Micro-Endpoint";

	/** The same as the endpoint, under its older name. */
	public static final String METHOD = "Micro-Method";

	/** The text of an error, or {@link #END_OF_STREAM}. */
	public static final String ERROR = "Micro-Error";

	/** The id of the stream that the message belongs to. */
	public static final String STREAM = "Micro-Stream";

	/** The topic of an event. */
	public static final String TOPIC = "Micro-Topic";

	/**
	 * What a message is about, such as an order's number: messages of one key are handled
	 * in the order that they arrived in, however many are handled at once, and brokers
	 * that keep order by key are told it.
	 */
	public static final String KEY = "Micro-Key";

	/** On a dead letter: the topic that the message was published to. */
	public static final String DEAD_LETTER_TOPIC = "Micro-Dead-Letter-Topic";

	/** On a dead letter: the queue whose member could not handle it; empty for none. */
	public static final String DEAD_LETTER_QUEUE = "Micro-Dead-Letter-Queue";

	/** On a dead letter: what the last attempt failed with, one line. */
	public static final String DEAD_LETTER_REASON = "Micro-Dead-Letter-Reason";

	/** On a dead letter: how often the message was handed over. */
	public static final String DEAD_LETTER_ATTEMPTS = "Micro-Dead-Letter-Attempts";

	/** The protocol that the caller speaks; when there, no legacy codec is used. */
	public static final String PROTOCOL = "Micro-Protocol";

	/** The target of a legacy request. */
	public static final String TARGET = "Micro-Target";

	/** The name of the service that calls. */
	public static final String FROM_SERVICE = "Micro-From-Service";

	/** The address of our end of the connection; set by the server for its handlers. */
	public static final String LOCAL = "Local";

	/**
	 * The address of the caller's end of the connection; set by the server for its
	 * handlers.
	 */
	public static final String REMOTE = "Remote";

	/** The value of {@link #ERROR} that ends a stream well. */
	public static final String END_OF_STREAM = "EOS";

	/** What {@code Micro-} headers are also read and written as. */
	public static final String FALLBACK_PREFIX = "X-";

	/**
	 * Pseudo header: the path of an HTTP request, beside those of the message. Never
	 * written as a header line.
	 */
	public static final String PATH = ":path";

	/** Pseudo header: the method of an HTTP request. Never written as a header line. */
	public static final String HTTP_METHOD = ":method";

	/**
	 * Pseudo header: the status of an HTTP reply, 200 when absent. Never written as a
	 * header line.
	 */
	public static final String HTTP_STATUS = ":status";

	/**
	 * Pseudo header: on the first message of a socket that carries a single call, what
	 * that call is spoken in, such as {@code grpc}. Never written as a header line.
	 */
	public static final String CALL_PROTOCOL = ":protocol";

	/**
	 * Pseudo header: on the last message that one end of a call sends, on a socket that
	 * carries a single call. The message's other headers are trailers. Never written as a
	 * header line.
	 */
	public static final String END = ":end";

	/**
	 * Pseudo header: on a message of a gRPC call, whether it came compressed, or is to be
	 * sent so ({@code true} or {@code false}). Never written as a header line.
	 */
	public static final String COMPRESSED = ":compressed";

	/**
	 * The other names of those that every call is asked for: no text is made for them.
	 */
	private static final Map<String, String> FALLBACKS = fallbacks(ID, SERVICE, ENDPOINT, METHOD, ERROR, STREAM, TOPIC,
			PROTOCOL, TARGET, FROM_SERVICE);

	private Headers() {
	}

	/**
	 * The text that stands for bytes in a header of gRPC whose name ends with
	 * {@code -bin}.
	 * @param value the bytes
	 * @return base64 without padding, as gRPC sends it
	 */
	public static String binary(byte[] value) {
		return Base64.getEncoder().withoutPadding().encodeToString(value);
	}

	/**
	 * The bytes of a header of gRPC whose name ends with {@code -bin}.
	 * @param value the header's value: base64, padded or not
	 * @return the bytes
	 * @throws IllegalArgumentException when it is no base64, or several values joined by
	 * commas
	 */
	public static byte[] binary(String value) {
		return Base64.getDecoder().decode(value);
	}

	/**
	 * The value of a {@code Micro-} header, read under either of its names.
	 * @param headers the headers of a message
	 * @param name the header's name, without the prefix
	 * @return its value, else that of its {@code X-} form, else null
	 */
	public static @Nullable String find(Metadata headers, String name) {
		String value = headers.get(name);
		if (value != null) {
			return value;
		}
		String fallback = FALLBACKS.get(name);
		return headers.get((fallback != null) ? fallback : FALLBACK_PREFIX + name);
	}

	private static Map<String, String> fallbacks(String... names) {
		Map<String, String> fallbacks = new HashMap<>();
		for (String name : names) {
			fallbacks.put(name, FALLBACK_PREFIX + name);
		}
		return fallbacks;
	}

}

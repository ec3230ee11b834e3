package io.microspring.message;

import java.util.Arrays;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Headers and a body: what a transport carries and what a broker delivers.
 * <p>
 * Immutable by agreement: the body is not copied, and whoever hands over or receives a
 * message does not change it afterwards. go-micro: {@code transport.Message} and
 * {@code broker.Message}.
 *
 * @param headers the headers, looked up without regard to case
 * @param body the encoded body, empty when there is none
 */
public record Message(Metadata headers, byte[] body) {

	private static final byte[] NO_BODY = new byte[0];

	public Message {
		Objects.requireNonNull(headers, "headers");
		Objects.requireNonNull(body, "body");
	}

	/**
	 * A message without a body.
	 * @param headers its headers
	 * @return the message
	 */
	public static Message of(Metadata headers) {
		return new Message(headers, NO_BODY);
	}

	/**
	 * The value of a header.
	 * @param name the header's name, in any case
	 * @return its value, or null when the message does not carry it
	 */
	public @Nullable String header(String name) {
		return this.headers.get(name);
	}

	/**
	 * A copy with one header set.
	 * @param name the header's name
	 * @param value its value
	 * @return the copy, sharing the body
	 */
	public Message withHeader(String name, String value) {
		return new Message(this.headers.with(name, value), this.body);
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof Message that && this.headers.equals(that.headers)
				&& Arrays.equals(this.body, that.body);
	}

	@Override
	public int hashCode() {
		return 31 * this.headers.hashCode() + Arrays.hashCode(this.body);
	}

	@Override
	public String toString() {
		return "Message[headers=" + this.headers + ", body=" + this.body.length + " bytes]";
	}

}

package io.microspring.transport;

import java.io.IOException;
import java.io.UncheckedIOException;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.microspring.message.Message;
import io.microspring.message.Metadata;

/**
 * A message as the grpc transport writes it (protocol reference §2): protobuf's
 * {@code Message { map<string, string> header = 1; bytes body = 2; }}, coded here by hand
 * so that a body is copied once.
 */
final class GrpcEnvelope {

	private static final int HEADER = 1;

	private static final int BODY = 2;

	private static final int NAME = 1;

	private static final int VALUE = 2;

	/** What the largest body takes more with its tag and its length. */
	private static final int BODY_PREFIX = 6;

	/**
	 * What a header takes beside its text: there are no more of them than is sensible.
	 */
	private static final int HEADER_OVERHEAD = 32;

	private GrpcEnvelope() {
	}

	/**
	 * How large an envelope can be.
	 * @param options the limits of what is inside
	 * @return the bytes
	 */
	static int limit(HttpOptions options) {
		return (int) Math.min(Integer.MAX_VALUE - 16L,
				(long) options.maxMessageSize() + options.maxHeaderSize() + BODY_PREFIX);
	}

	/**
	 * Writes a message; pseudo headers are left out.
	 * @param message the message
	 * @return the envelope
	 */
	static byte[] write(Message message) {
		int[] size = { message.body().length == 0 ? 0 : CodedOutputStream.computeByteArraySize(BODY, message.body()) };
		message.headers().forEach((name, value) -> {
			if (!isPseudo(name)) {
				int entry = sizeOf(name, value);
				size[0] += CodedOutputStream.computeTagSize(HEADER) + CodedOutputStream.computeUInt32SizeNoTag(entry)
						+ entry;
			}
		});
		byte[] envelope = new byte[size[0]];
		CodedOutputStream out = CodedOutputStream.newInstance(envelope);
		try {
			message.headers().forEach((name, value) -> writeHeader(name, value, out));
			if (message.body().length > 0) {
				out.writeByteArray(BODY, message.body());
			}
			out.flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return envelope;
	}

	private static void writeHeader(String name, String value, CodedOutputStream out) {
		if (isPseudo(name)) {
			return;
		}
		try {
			out.writeTag(HEADER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
			out.writeUInt32NoTag(sizeOf(name, value));
			out.writeString(NAME, name);
			out.writeString(VALUE, value);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static int sizeOf(String name, String value) {
		return CodedOutputStream.computeStringSize(NAME, name) + CodedOutputStream.computeStringSize(VALUE, value);
	}

	/**
	 * Reads an envelope; a header that looks like one of our pseudo headers is passed
	 * over.
	 * @param envelope the envelope
	 * @param maxHeaderSize how long all headers may be together
	 * @return the message
	 * @throws IOException when it is none, or there is too much in its headers
	 */
	static Message read(byte[] envelope, int maxHeaderSize) throws IOException {
		CodedInputStream in = CodedInputStream.newInstance(envelope);
		Metadata.Builder headers = Metadata.builder();
		byte[] body = new byte[0];
		int left = maxHeaderSize;
		for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
			switch (tag) {
				case HEADER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
					int length = in.readRawVarint32();
					left -= length + HEADER_OVERHEAD;
					if (length < 0 || left < 0) {
						throw new IOException("more than " + maxHeaderSize + " bytes of headers");
					}
					readHeader(in, length, headers);
				}
				case BODY << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> body = in.readByteArray();
				default -> in.skipField(tag);
			}
		}
		return new Message(headers.build(), body);
	}

	private static void readHeader(CodedInputStream in, int length, Metadata.Builder headers) throws IOException {
		int outer = in.pushLimit(length);
		String name = "";
		String value = "";
		for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
			switch (tag) {
				case NAME << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> name = in.readStringRequireUtf8();
				case VALUE << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> value = in.readStringRequireUtf8();
				default -> in.skipField(tag);
			}
		}
		in.popLimit(outer);
		if (!name.isEmpty() && !isPseudo(name)) {
			headers.set(name, value);
		}
	}

	private static boolean isPseudo(String name) {
		return name.startsWith(":");
	}

}

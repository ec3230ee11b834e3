package io.microspring.codec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * go-micro's older protobuf (protocol reference §3.4, {@code proto-rpc}): an envelope and
 * the message, each behind its length in four bytes, the highest first. The envelope has
 * the method as field 1, the sequence number as field 2, and in answers the error as
 * field 3; v1 writes empty fields out, the others leave them out, and so do we. An event
 * has no envelope.
 */
final class ProtoRpcCodec implements Codec {

	static final ProtoRpcCodec INSTANCE = new ProtoRpcCodec();

	private static final int METHOD = 1;

	private static final int SEQUENCE = 2;

	private static final int ERROR = 3;

	private static final int LENGTH = Integer.BYTES;

	private ProtoRpcCodec() {
	}

	@Override
	public String name() {
		return "proto-rpc";
	}

	@Override
	public List<String> contentTypes() {
		return List.of(Codecs.PROTO_RPC);
	}

	@Override
	public boolean isEnvelope() {
		return true;
	}

	@Override
	public boolean handles(Type type) {
		return Messages.isMessage(type);
	}

	@Override
	public Message write(Header header, @Nullable Object body) {
		byte[] message = (body == null) ? new byte[0] : ProtoCodec.INSTANCE.encode(body);
		if (header.kind() == Kind.EVENT) {
			return new Message(Metadata.empty(), message);
		}
		String error = (header.kind() == Kind.REQUEST || header.error() == null) ? "" : header.error();
		long sequence = sequence(header.id());
		int size = 0;
		if (!header.endpoint().isEmpty()) {
			size += CodedOutputStream.computeStringSize(METHOD, header.endpoint());
		}
		if (sequence != 0) {
			size += CodedOutputStream.computeFixed64Size(SEQUENCE, sequence);
		}
		if (!error.isEmpty()) {
			size += CodedOutputStream.computeStringSize(ERROR, error);
		}
		ByteBuffer bytes = ByteBuffer.allocate(2 * LENGTH + size + message.length).putInt(size);
		CodedOutputStream out = CodedOutputStream.newInstance(bytes.array(), LENGTH, size);
		try {
			if (!header.endpoint().isEmpty()) {
				out.writeString(METHOD, header.endpoint());
			}
			if (sequence != 0) {
				out.writeFixed64(SEQUENCE, sequence);
			}
			if (!error.isEmpty()) {
				out.writeString(ERROR, error);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("It was measured before", ex);
		}
		bytes.position(LENGTH + size).putInt(message.length).put(message);
		return new Message(Metadata.empty(), bytes.array());
	}

	@Override
	public Incoming read(Kind kind, Message message) {
		byte[] bytes = message.body();
		if (kind == Kind.EVENT) {
			return ProtoCodec.INSTANCE.read(kind, message);
		}
		if (bytes.length == 0) {
			return new Envelope(Header.of(kind), bytes);
		}
		int envelope = length(bytes, 0, "envelope");
		int second = LENGTH + envelope;
		// A message without fields may be left out with its length.
		int body = (second == bytes.length) ? 0 : length(bytes, second, "body");
		int begin = Math.min(second + LENGTH, bytes.length);
		if (begin + body != bytes.length) {
			throw undecodable((bytes.length - begin - body) + " bytes stand behind its body");
		}
		return new Envelope(header(kind, bytes, envelope), Arrays.copyOfRange(bytes, begin, begin + body));
	}

	private static Header header(Kind kind, byte[] bytes, int length) {
		String method = "";
		long sequence = 0;
		String error = "";
		try {
			CodedInputStream in = CodedInputStream.newInstance(bytes, LENGTH, length);
			for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
				if (tag == (METHOD << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED)) {
					method = in.readString();
				}
				else if (tag == (SEQUENCE << 3 | WireFormat.WIRETYPE_FIXED64)) {
					sequence = in.readFixed64();
				}
				else if (tag == (ERROR << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED)) {
					error = in.readString();
				}
				else if (!in.skipField(tag)) {
					throw undecodable("an end of a group without its beginning");
				}
			}
		}
		catch (IOException ex) {
			throw undecodable("its fields are no protobuf").because(ex);
		}
		return new Header(kind, Long.toUnsignedString(sequence), "", method, error.isEmpty() ? null : error);
	}

	private static int length(byte[] bytes, int at, String what) {
		int left = bytes.length - at - LENGTH;
		if (left < 0) {
			throw undecodable("it ends within the length of its " + what);
		}
		int length = ByteBuffer.wrap(bytes).getInt(at);
		if (length < 0 || length > left) {
			throw undecodable("its " + what + " is said to have " + Integer.toUnsignedString(length) + " bytes, and "
					+ left + " are there");
		}
		return length;
	}

	/** Go takes an id that is no number for 0. */
	private static long sequence(String id) {
		if (id.isEmpty()) {
			return 0;
		}
		try {
			return Long.parseUnsignedLong(id);
		}
		catch (NumberFormatException ex) {
			return 0;
		}
	}

	private static MicroException undecodable(String reason) {
		return MicroException.badRequest(BodyCodec.ID, Codecs.PROTO_RPC + " envelope does not decode: " + reason);
	}

	private record Envelope(Header header, byte[] bytes) implements Incoming {

		@Override
		public @Nullable Object body(Type type) {
			return (type == Void.class || type == void.class) ? null : ProtoCodec.INSTANCE.decode(this.bytes, type);
		}

	}

}

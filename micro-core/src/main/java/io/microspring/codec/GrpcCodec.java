package io.microspring.codec;

import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * gRPC's framing of one message over go-micro's own protocol (protocol reference §3.4,
 * {@code grpc}): a byte that says whether it is compressed, four of length, the message;
 * the outcome in the headers {@code Grpc-Status} and {@code Grpc-Message}. Not what
 * answers gRPC itself, whose frames the transport takes off. An event is bare.
 */
final class GrpcCodec implements Codec {

	static final GrpcCodec PROTO = new GrpcCodec(ProtoCodec.INSTANCE);

	static final GrpcCodec JSON = new GrpcCodec(JsonCodec.INSTANCE);

	private static final String STATUS = "Grpc-Status";

	private static final String MESSAGE = "Grpc-Message";

	private static final String END_OF_STREAM = "EOS";

	private static final Metadata OK = Metadata.of(STATUS, "0");

	/** What go-micro says of every error: gRPC's INTERNAL. */
	private static final String FAILED = "13";

	private static final int PREFIX = 5;

	private final BodyCodec inner;

	GrpcCodec(BodyCodec inner) {
		this.inner = inner;
	}

	@Override
	public String name() {
		return "grpc";
	}

	@Override
	public List<String> contentTypes() {
		return (this.inner == ProtoCodec.INSTANCE) ? List.of(Codecs.GRPC, Codecs.GRPC_PROTO)
				: List.of(Codecs.GRPC_JSON);
	}

	@Override
	public boolean handles(Type type) {
		return this.inner.handles(type);
	}

	@Override
	public Codec withMapper(JsonMapper mapper) {
		return (this.inner == ProtoCodec.INSTANCE) ? this : new GrpcCodec(new JsonCodec(mapper));
	}

	@Override
	public boolean hasOwnMapper() {
		return this.inner.hasOwnMapper();
	}

	@Override
	public Message write(Header header, @Nullable Object body) {
		if (header.kind() == Kind.EVENT) {
			return this.inner.write(header, body);
		}
		Metadata headers = headers(header);
		if (body == null) {
			return Message.of(headers);
		}
		byte[] message = this.inner.encode(body);
		ByteBuffer frame = ByteBuffer.allocate(PREFIX + message.length);
		frame.put((byte) 0).putInt(message.length).put(message);
		return new Message(headers, frame.array());
	}

	@Override
	public Incoming read(Kind kind, Message message) {
		if (kind == Kind.EVENT) {
			return this.inner.read(kind, message);
		}
		return new Incoming() {

			@Override
			public Header header() {
				String status = (kind == Kind.REQUEST) ? null : message.header(STATUS);
				if (status == null || status.equals("0")) {
					return Header.of(kind);
				}
				String text = message.header(MESSAGE);
				return new Header(kind, "", "", "", (text == null || text.isEmpty()) ? "grpc status " + status : text);
			}

			@Override
			public @Nullable Object body(Type type) {
				return (type == Void.class || type == void.class) ? null
						: GrpcCodec.this.inner.decode(content(message.body()), type);
			}

		};
	}

	private static Metadata headers(Header header) {
		if (header.kind() == Kind.REQUEST) {
			return Metadata.empty();
		}
		String error = header.error();
		return (error == null || error.equals(END_OF_STREAM)) ? OK : Metadata.of(STATUS, FAILED, MESSAGE, error);
	}

	/** v2 and the newest write no frame around an empty message. */
	private static byte[] content(byte[] frame) {
		if (frame.length == 0) {
			return frame;
		}
		if (frame.length < PREFIX) {
			throw undecodable("it ends within its prefix");
		}
		if (frame[0] != 0) {
			throw undecodable("it is compressed, which is for gRPC over HTTP/2 only");
		}
		int length = ByteBuffer.wrap(frame).getInt(1);
		if (length != frame.length - PREFIX) {
			throw undecodable("it is said to have " + Integer.toUnsignedString(length) + " bytes, and "
					+ (frame.length - PREFIX) + " are there");
		}
		return Arrays.copyOfRange(frame, PREFIX, frame.length);
	}

	private static MicroException undecodable(String reason) {
		return MicroException.badRequest(BodyCodec.ID, Codecs.GRPC + " frame does not decode: " + reason);
	}

}

package io.microspring.plugins.codec.msgpack;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;

import io.microspring.codec.Codec;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.ValueType;
import tools.jackson.databind.json.JsonMapper;

/**
 * msgpack-rpc as go-micro's plug-in writes it (protocol reference §3.4): a request is
 * {@code [0, id, endpoint, [body]]}, a response {@code [1, id, error, body]}, an event
 * {@code [2, endpoint, [body]]}; ids are texts, and numbers are read too.
 *
 * @param body the codec of bodies
 */
record MessagePackRpcCodec(Codec body) implements Codec {

	private static final String CONTENT_TYPE = "application/msgpack-rpc";

	private static final int REQUEST = 0;

	private static final int RESPONSE = 1;

	private static final int NOTIFICATION = 2;

	private static final int NIL = 0xc0;

	@Override
	public String name() {
		return "msgpack-rpc";
	}

	@Override
	public List<String> contentTypes() {
		return List.of(CONTENT_TYPE);
	}

	@Override
	public boolean isEnvelope() {
		return true;
	}

	@Override
	public Codec withMapper(JsonMapper mapper) {
		return new MessagePackRpcCodec(this.body.withMapper(mapper));
	}

	@Override
	public boolean hasOwnMapper() {
		return this.body.hasOwnMapper();
	}

	@Override
	public Message write(Header header, @Nullable Object object) {
		byte[] encoded = this.body.write(Header.of(Kind.EVENT), object).body();
		ByteArrayOutputStream out = new ByteArrayOutputStream(encoded.length + 64);
		try {
			out.write(head(header, encoded.length > 0));
			out.write(encoded);
			if (isResponse(header.kind()) && encoded.length == 0) {
				out.write(NIL);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Nothing is written to but memory", ex);
		}
		return new Message(Metadata.empty(), out.toByteArray());
	}

	/** All that stands before the body. */
	private static byte[] head(Header header, boolean hasBody) throws IOException {
		try (MessageBufferPacker out = MessagePack.newDefaultBufferPacker()) {
			switch (header.kind()) {
				case REQUEST -> out.packArrayHeader(4)
					.packInt(REQUEST)
					.packString(header.id())
					.packString(header.endpoint())
					.packArrayHeader(hasBody ? 1 : 0);
				case EVENT -> out.packArrayHeader(3)
					.packInt(NOTIFICATION)
					.packString(header.endpoint())
					.packArrayHeader(hasBody ? 1 : 0);
				default -> {
					out.packArrayHeader(4).packInt(RESPONSE).packString(header.id());
					String error = header.error();
					if (error == null || error.isEmpty()) {
						out.packNil();
					}
					else {
						out.packString(error);
					}
				}
			}
			return out.toByteArray();
		}
	}

	@Override
	public Incoming read(Kind kind, Message message) {
		byte[] bytes = message.body();
		if (bytes.length == 0) {
			return new Envelope(Header.of(kind), new byte[0], this.body);
		}
		try (MessageUnpacker in = MessagePack.newDefaultUnpacker(bytes)) {
			int size = in.unpackArrayHeader();
			int type = in.unpackInt();
			int expected = (kind == Kind.EVENT) ? NOTIFICATION : isResponse(kind) ? RESPONSE : REQUEST;
			if (type != expected || size != ((kind == Kind.EVENT) ? 3 : 4)) {
				throw undecodable("it is of type " + type + " with " + size + " parts");
			}
			String id = (kind == Kind.EVENT) ? "" : id(in);
			String endpoint = "";
			String error = null;
			int bodies = 1;
			if (isResponse(kind)) {
				error = in.tryUnpackNil() ? null : in.unpackString();
			}
			else {
				endpoint = in.unpackString();
				bodies = in.unpackArrayHeader();
			}
			if (bodies < 0 || bodies > 1) {
				throw undecodable("it has " + Integer.toUnsignedString(bodies) + " bodies");
			}
			int begin = (int) in.getTotalReadBytes();
			boolean none = bodies == 0 || in.tryUnpackNil();
			if (none && in.hasNext()) {
				throw undecodable("something stands behind it");
			}
			byte[] rest = none ? new byte[0] : Arrays.copyOfRange(bytes, begin, bytes.length);
			return new Envelope(new Header(kind, id, "", endpoint, error), rest, this.body);
		}
		catch (MessagePackException | IOException ex) {
			throw undecodable("it is no MessagePack of that form").because(ex);
		}
	}

	private static String id(MessageUnpacker in) throws IOException {
		return (in.getNextFormat().getValueType() == ValueType.INTEGER) ? in.unpackBigInteger().toString()
				: in.unpackString();
	}

	private static boolean isResponse(Kind kind) {
		return kind == Kind.RESPONSE || kind == Kind.ERROR;
	}

	private static MicroException undecodable(String reason) {
		return MicroException.badRequest("go.micro.codec", CONTENT_TYPE + " envelope does not decode: " + reason);
	}

	private record Envelope(Header header, byte[] bytes, Codec codec) implements Incoming {

		@Override
		public @Nullable Object body(Type type) {
			return this.codec.read(Kind.EVENT, new Message(Metadata.empty(), this.bytes)).body(type);
		}

	}

}

package io.microspring.codec;

import java.lang.reflect.Type;
import java.nio.ByteBuffer;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Bytes as they are (protocol reference §3.4, {@code bytes}): {@code byte[]},
 * {@link ByteBuffer} and protobuf's {@link ByteString}. An array is neither copied on its
 * way out nor on its way in.
 */
final class BytesCodec implements BodyCodec {

	static final BytesCodec INSTANCE = new BytesCodec();

	private BytesCodec() {
	}

	@Override
	public String name() {
		return "bytes";
	}

	@Override
	public String contentType() {
		return Codecs.BYTES;
	}

	@Override
	public boolean handles(Type type) {
		return type == byte[].class || type == ByteBuffer.class || type == ByteString.class;
	}

	@Override
	public byte[] encode(Object object) {
		if (object instanceof byte[] bytes) {
			return bytes;
		}
		if (object instanceof ByteString bytes) {
			return bytes.toByteArray();
		}
		if (object instanceof ByteBuffer buffer) {
			byte[] bytes = new byte[buffer.remaining()];
			buffer.duplicate().get(bytes);
			return bytes;
		}
		throw unencodable(object, "only bytes can; choose " + Codecs.contentTypeOf(object, null));
	}

	@Override
	public @Nullable Object decode(byte[] body, Type type) {
		if (type == byte[].class || type == Object.class) {
			return body;
		}
		if (type == ByteBuffer.class) {
			return ByteBuffer.wrap(body);
		}
		if (type == ByteString.class) {
			return ByteString.copyFrom(body);
		}
		if (body.length == 0) {
			return Messages.isMessage(type) ? Messages.empty(type) : null;
		}
		throw undecodable(type, "it is taken as bytes only; send " + Codecs.contentTypeOf(null, type));
	}

}

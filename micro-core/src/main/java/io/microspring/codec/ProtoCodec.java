package io.microspring.codec;

import java.lang.reflect.Type;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import org.jspecify.annotations.Nullable;

/**
 * Bare protobuf messages (protocol reference §3.4, {@code proto}). An empty body is the
 * empty message. Limits are protobuf's own: messages nested up to 100 deep; how long a
 * body may be is the transport's to say.
 */
final class ProtoCodec implements BodyCodec {

	static final ProtoCodec INSTANCE = new ProtoCodec();

	private ProtoCodec() {
	}

	@Override
	public String name() {
		return "proto";
	}

	@Override
	public String contentType() {
		return Codecs.PROTOBUF;
	}

	@Override
	public boolean handles(Type type) {
		return Messages.isMessage(type);
	}

	@Override
	public byte[] encode(Object object) {
		if (object instanceof MessageLite message) {
			return message.toByteArray();
		}
		throw unencodable(object, "only protobuf messages can; choose " + Codecs.contentTypeOf(object, null));
	}

	@Override
	public @Nullable Object decode(byte[] body, Type type) {
		if (!Messages.isMessage(type)) {
			if (body.length == 0) {
				return null;
			}
			throw undecodable(type, "it is no protobuf message; send " + Codecs.contentTypeOf(null, type));
		}
		MessageLite empty = Messages.empty(type);
		if (body.length == 0) {
			return empty;
		}
		try {
			return empty.getParserForType().parseFrom(body);
		}
		catch (InvalidProtocolBufferException ex) {
			throw undecodable(type, ex.getMessage()).because(ex);
		}
	}

}

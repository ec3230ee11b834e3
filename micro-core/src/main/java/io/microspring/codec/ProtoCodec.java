package io.microspring.codec;

import io.microspring.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * TODO placeholder.
 */
final class ProtoCodec implements Codec {

	static final ProtoCodec INSTANCE = new ProtoCodec();

	@Override
	public String name() {
		return "proto";
	}

	@Override
	public Message write(Header header, @Nullable Object body) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Incoming read(Kind kind, Message message) {
		throw new UnsupportedOperationException();
	}

}

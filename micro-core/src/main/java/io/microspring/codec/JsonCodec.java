package io.microspring.codec;

import io.microspring.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * TODO placeholder.
 */
final class JsonCodec implements Codec {

	static final JsonCodec INSTANCE = new JsonCodec();

	@Override
	public String name() {
		return "json";
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

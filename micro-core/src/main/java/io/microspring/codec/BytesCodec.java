package io.microspring.codec;

import io.microspring.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * TODO placeholder.
 */
final class BytesCodec implements Codec {

	static final BytesCodec INSTANCE = new BytesCodec();

	@Override
	public String name() {
		return "bytes";
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

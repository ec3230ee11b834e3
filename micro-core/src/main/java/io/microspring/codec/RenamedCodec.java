package io.microspring.codec;

import java.lang.reflect.Type;
import java.util.List;
import java.util.Locale;

import io.microspring.message.Message;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A codec by other content types.
 *
 * @param codec the codec
 * @param contentTypes the content types
 */
record RenamedCodec(Codec codec, List<String> contentTypes) implements Codec {

	RenamedCodec {
		contentTypes = contentTypes.stream().map((each) -> each.toLowerCase(Locale.ROOT)).toList();
	}

	@Override
	public String name() {
		return this.codec.name();
	}

	@Override
	public boolean isEnvelope() {
		return this.codec.isEnvelope();
	}

	@Override
	public boolean handles(Type type) {
		return this.codec.handles(type);
	}

	@Override
	public Codec withMapper(JsonMapper mapper) {
		return new RenamedCodec(this.codec.withMapper(mapper), this.contentTypes);
	}

	@Override
	public boolean hasOwnMapper() {
		return this.codec.hasOwnMapper();
	}

	@Override
	public Message write(Header header, @Nullable Object body) {
		return this.codec.write(header, body);
	}

	@Override
	public Incoming read(Kind kind, Message message) {
		return this.codec.read(kind, message);
	}

}

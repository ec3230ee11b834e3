package io.microspring.codec;

import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

import io.microspring.message.Headers;
import io.microspring.message.Message;

/**
 * Text as it is (go-micro: {@code codec/text}, which it has but gives no content type).
 * What is no text in its charset is refused, not replaced by question marks.
 */
final class TextCodec implements BodyCodec {

	static final TextCodec INSTANCE = new TextCodec();

	private static final String CHARSET = "charset=";

	private TextCodec() {
	}

	@Override
	public String name() {
		return "text";
	}

	@Override
	public String contentType() {
		return Codecs.TEXT;
	}

	@Override
	public boolean handles(Type type) {
		return type == String.class || type == CharSequence.class;
	}

	@Override
	public byte[] encode(Object object) {
		if (!(object instanceof CharSequence text)) {
			throw unencodable(object, "only text can; choose " + Codecs.contentTypeOf(object, null));
		}
		try {
			ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
			byte[] exact = new byte[bytes.remaining()];
			bytes.get(exact);
			return exact;
		}
		catch (CharacterCodingException ex) {
			throw unencodable(object, "half a surrogate pair is no text").because(ex);
		}
	}

	@Override
	public Object decode(Message message, Type type) {
		String contentType = message.header(Headers.CONTENT_TYPE);
		return decode(message.body(), type,
				(contentType != null) ? charset(contentType, type) : StandardCharsets.UTF_8);
	}

	@Override
	public Object decode(byte[] body, Type type) {
		return decode(body, type, StandardCharsets.UTF_8);
	}

	private Object decode(byte[] body, Type type, Charset charset) {
		if (!handles(type) && type != Object.class) {
			throw undecodable(type, "it is taken as text only; send " + Codecs.contentTypeOf(null, type));
		}
		try {
			return charset.newDecoder().decode(ByteBuffer.wrap(body)).toString();
		}
		catch (CharacterCodingException ex) {
			throw undecodable(type, "it is no text in " + charset.name()).because(ex);
		}
	}

	private Charset charset(String contentType, Type type) {
		for (String parameter : contentType.split(";")) {
			String text = parameter.trim();
			if (text.toLowerCase(Locale.ROOT).startsWith(CHARSET)) {
				String name = text.substring(CHARSET.length()).replace("\"", "").trim();
				try {
					return Charset.forName(name);
				}
				catch (IllegalArgumentException ex) {
					throw undecodable(type, "the charset " + name + " is not known").because(ex);
				}
			}
		}
		return StandardCharsets.UTF_8;
	}

}

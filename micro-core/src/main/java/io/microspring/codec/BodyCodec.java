package io.microspring.codec;

import java.lang.reflect.Type;
import java.util.List;
import java.util.regex.Pattern;

import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * A codec without an envelope: the body is the object and nothing else.
 */
sealed interface BodyCodec extends Codec permits ProtoCodec, JsonCodec, BytesCodec, TextCodec, FormatCodec {

	/** The id of every error of a codec. */
	String ID = "go.micro.codec";

	/** A detail travels in a header, so a parser that quotes its input is cut short. */
	int LONGEST_REASON = 300;

	/** What stands before the name of a class. */
	Pattern PACKAGES = Pattern.compile("\\b(?:[a-z_][a-zA-Z0-9_]*\\.)+(?=[A-Z])");

	/**
	 * The content type that errors name.
	 * @return the content type
	 */
	String contentType();

	@Override
	default List<String> contentTypes() {
		return List.of(contentType());
	}

	byte[] encode(Object object);

	@Nullable Object decode(byte[] body, Type type);

	/** The same for a codec that has to know what the headers say of the body. */
	default @Nullable Object decode(Message message, Type type) {
		return decode(message.body(), type);
	}

	@Override
	default Message write(Header header, @Nullable Object body) {
		Metadata none = Metadata.empty();
		return (body == null) ? Message.of(none) : new Message(none, encode(body));
	}

	@Override
	default Incoming read(Kind kind, Message message) {
		return new Incoming() {

			@Override
			public Header header() {
				return Header.of(kind);
			}

			@Override
			public @Nullable Object body(Type type) {
				return (type == Void.class || type == void.class) ? null : decode(message, type);
			}

		};
	}

	/**
	 * 400: what was sent is not what the content type and the type ask for.
	 * @param type the type to decode to
	 * @param reason why not
	 * @return the error
	 */
	default MicroException undecodable(Type type, @Nullable String reason) {
		return MicroException.badRequest(ID,
				contentType() + " body does not decode to " + simpleName(type) + ": " + withoutPackages(brief(reason)));
	}

	/**
	 * 500: an object of our own that this codec cannot write.
	 * @param object the object
	 * @param reason why not, or what would do
	 * @return the error
	 */
	default MicroException unencodable(Object object, @Nullable String reason) {
		return MicroException.internalServerError(ID,
				object.getClass().getName() + " cannot be encoded as " + contentType() + ": " + brief(reason));
	}

	private static String simpleName(Type type) {
		return (type instanceof Class<?> c) ? c.getSimpleName() : withoutPackages(type.getTypeName());
	}

	/** A caller need not know where we keep our classes. */
	private static String withoutPackages(String text) {
		return PACKAGES.matcher(text).replaceAll("");
	}

	private static String brief(@Nullable String reason) {
		if (reason == null) {
			return "no reason given";
		}
		return (reason.length() <= LONGEST_REASON) ? reason : reason.substring(0, LONGEST_REASON) + "...";
	}

}

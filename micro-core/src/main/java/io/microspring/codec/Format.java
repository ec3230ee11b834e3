package io.microspring.codec;

import java.io.IOException;
import java.util.List;

import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * A way to write values: objects, lists, texts, numbers, true and false, null, and bytes.
 * {@link Codec#of} makes a codec of it. Stateless and thread-safe.
 */
public interface Format {

	/**
	 * The name of its codec.
	 * @return the name
	 */
	String name();

	/**
	 * The content types that mean it, its own first.
	 * @return the content types, in lower case
	 */
	List<String> contentTypes();

	/**
	 * Writes a value.
	 * @param value the value; bytes are {@linkplain JsonNode#isBinary binary} nodes
	 * @return the bytes
	 * @throws IOException when the format has no form for it; the message says for what
	 */
	byte[] write(JsonNode value) throws IOException;

	/**
	 * Reads one value, and refuses what stands behind it.
	 * @param body the bytes, at least one
	 * @param values is told what was read; it refuses what is nested too deep, so that a
	 * reader that recurses needs no limit of its own
	 * @throws IOException when it does not decode; the message says why, in few words
	 */
	void read(byte[] body, JsonGenerator values) throws IOException;

}

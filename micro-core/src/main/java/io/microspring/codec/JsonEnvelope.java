package io.microspring.codec;

import java.util.Arrays;

import io.microspring.errors.MicroException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an envelope of JSON-RPC says, and where in it the body lies, which is not decoded
 * before it is asked for.
 */
abstract class JsonEnvelope implements Codec.Incoming {

	/** The envelope is two levels of its own around the body. */
	private static final int DEEPEST = 1000;

	final JsonCodec json;

	final Codec.Kind kind;

	String id = "";

	String method = "";

	@Nullable String error;

	private final String contentType;

	private final byte[] bytes;

	private int begin;

	private int end;

	JsonEnvelope(String contentType, JsonCodec json, Codec.Kind kind, byte[] bytes) {
		this.contentType = contentType;
		this.json = json;
		this.kind = kind;
		this.bytes = bytes;
	}

	/** Reads what there is, all of it. */
	final JsonEnvelope parsed() {
		if (this.bytes.length > 0) {
			try (JsonParser in = parser(this.bytes)) {
				read(in);
			}
			catch (JacksonException ex) {
				throw undecodable("it is no JSON").because(ex);
			}
		}
		return this;
	}

	abstract void read(JsonParser in);

	static JsonParser parser(byte[] bytes) {
		return Parsing.MAPPER.createParser(bytes);
	}

	/** The value that the parser is at is the body. */
	final void bodyIsHere(JsonParser in) {
		this.begin = (int) in.currentTokenLocation().getByteOffset();
		if (this.begin < 0) {
			// Jackson reads UTF-16 and UTF-32, too, and counts no bytes then.
			throw undecodable("it is not in UTF-8");
		}
		in.skipChildren();
		in.finishToken();
		this.end = (int) in.currentLocation().getByteOffset();
	}

	final void noBody() {
		this.begin = 0;
		this.end = 0;
	}

	/** The body as it came; empty when there is none. */
	final byte[] body() {
		return Arrays.copyOfRange(this.bytes, this.begin, this.end);
	}

	final MicroException undecodable(String reason) {
		return MicroException.badRequest(BodyCodec.ID, this.contentType + " envelope does not decode: " + reason);
	}

	/** Made when it is first needed. */
	private static final class Parsing {

		static final JsonMapper MAPPER = JsonMapper
			.builder(JsonFactory.builder()
				.streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
				.build())
			.build();

	}

}

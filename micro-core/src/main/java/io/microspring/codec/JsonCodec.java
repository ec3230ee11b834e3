package io.microspring.codec;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.ByteArrayBuilder;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * One JSON value and a line feed, as Go's encoder writes it (protocol reference §3.4,
 * {@code json}). Messages have protobuf's own JSON: names in camel case, 64-bit numbers
 * as strings, enums by name; {@link MessageReader} reads every form. Everything else is
 * Jackson's. Unknown fields are passed over. Messages may be nested 100 deep, objects 200
 * unless the mapper says otherwise.
 */
final class JsonCodec implements BodyCodec {

	static final JsonCodec INSTANCE = new JsonCodec(() -> Lenient.MAPPER, false);

	private final Supplier<JsonMapper> mapper;

	private final boolean own;

	private final Map<Type, ObjectReader> readers = new ConcurrentHashMap<>();

	/**
	 * Made when it is first needed: Jackson would take a good part of the start of a
	 * service that may never speak JSON.
	 */
	private volatile @Nullable ObjectWriter writer;

	JsonCodec(JsonMapper mapper) {
		this(() -> mapper, true);
	}

	/**
	 * With a mapper that is made when it is first needed.
	 * @param mapper what makes it
	 * @param own whether it is one that was given, rather than the library's
	 */
	JsonCodec(Supplier<JsonMapper> mapper, boolean own) {
		this.mapper = mapper;
		this.own = own;
	}

	@Override
	public String name() {
		return "json";
	}

	@Override
	public String contentType() {
		return Codecs.JSON;
	}

	@Override
	public Codec withMapper(JsonMapper own) {
		return new JsonCodec(own);
	}

	@Override
	public boolean hasOwnMapper() {
		return this.own;
	}

	@Override
	public byte[] encode(Object object) {
		try {
			if (object instanceof Message message) {
				return (KnownTypes.of(message.getDescriptorForType()).print(message) + "\n")
					.getBytes(StandardCharsets.UTF_8);
			}
			if (object instanceof MessageLite) {
				throw unencodable(object, "it is a lite message, which has no JSON; choose " + Codecs.PROTOBUF);
			}
			return write(object);
		}
		catch (InvalidProtocolBufferException ex) {
			throw unencodable(object, ex.getMessage()).because(ex);
		}
		catch (JacksonException ex) {
			throw unencodable(object, ex.getOriginalMessage()).because(ex);
		}
	}

	@Override
	public @Nullable Object decode(byte[] body, Type type) {
		if (Messages.isMessage(type)) {
			return message(body, type);
		}
		if (body.length == 0) {
			return null;
		}
		try {
			return reader(type).readValue(body);
		}
		catch (JacksonException ex) {
			throw undecodable(type, reason(ex)).because(ex);
		}
	}

	/**
	 * The object as a value within an envelope that Go reads with its plain decoder.
	 * @param object the object, null for null
	 * @param out where to
	 */
	void writePlain(@Nullable Object object, JsonGenerator out) {
		try {
			if (object == null) {
				out.writeNull();
			}
			else if (object instanceof Message message) {
				GoJson.write(message, out);
			}
			else if (object instanceof MessageLite) {
				throw unencodable(object, "it is a lite message, which has no JSON; choose " + Codecs.PROTO_RPC);
			}
			else {
				writer().writeValue(out, object);
			}
		}
		catch (InvalidProtocolBufferException ex) {
			throw unencodable(Objects.requireNonNull(object), ex.getMessage()).because(ex);
		}
		catch (JacksonException ex) {
			throw unencodable(Objects.requireNonNull(object), ex.getOriginalMessage()).because(ex);
		}
	}

	/**
	 * A generator for {@link #writePlain}.
	 * @param to where to
	 * @return the generator
	 */
	JsonGenerator generator(ByteArrayBuilder to) {
		return writer().createGenerator(to);
	}

	/** What reads objects of a type. */
	ObjectReader reader(Type type) {
		ObjectReader reader = this.readers.get(type);
		return (reader != null) ? reader : this.readers.computeIfAbsent(type, this::newReader);
	}

	/** What writes objects. */
	ObjectWriter writer() {
		ObjectWriter made = this.writer;
		if (made == null) {
			made = this.mapper.get().writer();
			this.writer = made;
		}
		return made;
	}

	/** What both were made from. */
	JsonMapper mapper() {
		return this.mapper.get();
	}

	private ObjectReader newReader(Type type) {
		JsonMapper of = this.mapper.get();
		return of.readerFor(of.constructType(type));
	}

	private byte[] write(Object object) {
		ObjectWriter objects = writer();
		ByteArrayBuilder out = new ByteArrayBuilder(512);
		try (JsonGenerator generator = objects.createGenerator(out)) {
			objects.writeValue(generator, object);
			generator.writeRaw('\n');
		}
		return out.toByteArray();
	}

	private Object message(byte[] body, Type type) {
		MessageLite empty = Messages.empty(type);
		if (body.length == 0) {
			return empty;
		}
		if (!(empty instanceof Message message)) {
			throw undecodable(type, "it is a lite message, which has no JSON; send " + Codecs.PROTOBUF);
		}
		try {
			return MessageReader.read(body, message.newBuilderForType());
		}
		catch (InvalidProtocolBufferException ex) {
			throw undecodable(type, ex.getMessage()).because(ex);
		}
		catch (JacksonException ex) {
			TokenStreamLocation at = ex.getLocation();
			throw undecodable(type, (at == null) ? "malformed JSON"
					: "malformed JSON at line " + at.getLineNr() + " column " + at.getColumnNr())
				.because(ex);
		}
	}

	static String reason(JacksonException ex) {
		TokenStreamLocation at = ex.getLocation();
		String where = (at == null || at.getLineNr() < 0) ? ""
				: "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": ";
		return where + ex.getOriginalMessage();
	}

	/** Jackson, as lenient as Go's decoder. */
	private static final class Lenient {

		static final JsonMapper MAPPER = JsonMapper
			.builder(JsonFactory.builder()
				.streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(200).build())
				.build())
			.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
			// A Go peer writes null for what it left out.
			.disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
			.build();

	}

}

package io.microspring.test;

import java.lang.reflect.Type;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UInt64Value;
import com.google.protobuf.Value;
import io.microspring.codec.Codec;
import io.microspring.codec.Codec.Header;
import io.microspring.codec.Codec.Kind;
import io.microspring.codec.Codecs;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.test.sample.Colour;
import io.microspring.test.sample.Kinds;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

class JsonRpcCodecTest extends EnvelopeCodecContract {

	private static final Kinds KINDS = Kinds.newBuilder()
		.setInt32(-1)
		.setUint32(-1)
		.setUint64(-1)
		.setSfixed64(Long.MIN_VALUE)
		.setYes(true)
		.setSingle(1.5f)
		.setTwice(1e300)
		.setData(ByteString.copyFrom(new byte[] { -1, -2, -3 }))
		.addColours(Colour.COLOUR_RED)
		.addColours(Colour.COLOUR_UNSPECIFIED)
		.addNumbers(Long.MAX_VALUE)
		.putSamples(-5, BOB)
		.putByName("a", Colour.COLOUR_RED)
		.setTime(Timestamp.newBuilder().setSeconds(1574000000).setNanos(5))
		.setSpan(Duration.newBuilder().setSeconds(-3))
		.setAnyThing(Struct.newBuilder().putFields("x", Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build()))
		.setBoxed(UInt64Value.of(-1))
		.setValue(Value.newBuilder().setNumberValue(2))
		.setMaybe(0)
		.setOther(7)
		.build();

	@Override
	protected Codec codec() {
		return Codec.jsonRpc();
	}

	@Override
	protected List<Sample> samples() {
		return List.of(Sample.of(KINDS), Sample.of(new Person("Änne \"Müller\" 安 \n]}", 1L << 60)), Sample.of("te\\xt"),
				Sample.of(42), Sample.of(true));
	}

	@Override
	protected Generated generated() {
		return Generated.OBJECTS;
	}

	@Override
	protected Sample large(int size) {
		return Sample.of(new Person("x".repeat(size), 0));
	}

	@Override
	protected @Nullable Object empty(Type type) {
		return (type == KINDS.getClass()) ? KINDS.getDefaultInstanceForType() : null;
	}

	@Override
	protected Object foreign() {
		List<Object> cycle = new ArrayList<>();
		cycle.add(cycle);
		return cycle;
	}

	@Override
	protected List<Encoded> garbage() {
		Stream<byte[]> wrong = Stream
			.of("no JSON", "[]", "7", "{\"method\":{}}", "{\"params\":[{}", "{\"params\":[{},{}]}", "{} {}",
					"{\"params\":[[]]}", "{\"params\":[{\"age\":\"x\"}]}", "{\"params\":7}", "{\"id\":[]}")
			.map((json) -> utf8(json));
		Stream<byte[]> wide = Stream.of("UTF-16LE", "UTF-16", "UTF-32BE")
			.map((charset) -> "{\"method\":\"Say.Hello\",\"params\":[{\"name\":\"bob\"}],\"id\":\"7\"}"
				.getBytes(Charset.forName(charset)));
		return Stream.concat(wrong, wide).map((json) -> new Encoded(json, Person.class)).toList();
	}

	@Override
	protected Encoded bomb() {
		return new Encoded(utf8("{\"params\":" + "[".repeat(1 << 20)), Object.class);
	}

	@Override
	byte[] bare(io.microspring.test.sample.Sample message) {
		return utf8("{\"full_name\":\"" + message.getFullName() + "\"}\n");
	}

	@Test
	void bytesAreThoseOfTheProtocolReference() {
		assertThat(text(REQUEST, BOB))
			.isEqualTo("{\"method\":\"Say.Hello\",\"params\":[{\"full_name\":\"bob\"}],\"id\":\"7\"}\n");
		assertThat(text(RESPONSE, BOB)).isEqualTo("{\"id\":\"7\",\"result\":{\"full_name\":\"bob\"},\"error\":null}\n");
		assertThat(text(ERROR, null)).isEqualTo("{\"id\":\"\",\"result\":null,\"error\":\"boom\"}\n");
	}

	@Test
	void messageIsWrittenAsGosPlainEncoderReadsIt() {
		assertThat(text(Header.of(Kind.EVENT), KINDS)).isEqualTo("{\"int32\":-1,\"uint32\":4294967295,"
				+ "\"uint64\":18446744073709551615,\"sfixed64\":-9223372036854775808,\"yes\":true,\"single\":1.5,"
				+ "\"twice\":1.0E300,\"data\":\"//79\",\"colours\":[1,0],\"numbers\":[9223372036854775807],"
				+ "\"samples\":{\"-5\":{\"full_name\":\"bob\"}},\"by_name\":{\"a\":1},"
				+ "\"time\":{\"seconds\":1574000000,\"nanos\":5},\"span\":{\"seconds\":-3},"
				+ "\"any_thing\":{\"x\":null},\"boxed\":{\"value\":18446744073709551615},\"value\":2.0,"
				+ "\"maybe\":0,\"other\":7}\n");
	}

	@Test
	void envelopesOfOtherHandsAreRead() {
		for (String json : List.of("{\"params\":[{\"full_name\":\"bob\"}],\"id\":7,\"method\":\"Say.Hello\"}",
				"\n { \"jsonrpc\" : \"2.0\", \"id\":\"7\" , \"method\":\"Say.Hello\", \"params\" : [ {\"fullName\" :"
						+ " \"bob\"} ] } \n",
				"{\"id\":\"7\",\"method\":\"Say.Hello\",\"params\":{\"full_name\":\"bob\"},\"more\":[{}]}")) {
			Codec.Incoming read = read(Kind.REQUEST, utf8(json));

			assertThat(read.header()).isEqualTo(new Header(Kind.REQUEST, "7", "", "Say.Hello", null));
			assertThat(read.body(io.microspring.test.sample.Sample.class)).isEqualTo(BOB);
		}
		assertThat(read(Kind.REQUEST, utf8("{\"params\":[],\"id\":null}")).body(Person.class)).isNull();
		assertThat(read(Kind.REQUEST, utf8("{\"params\":[null]}")).body(Person.class)).isNull();
		assertThat(read(Kind.REQUEST, utf8("{\"params\":[-12.5e1]}")).body(Double.class)).isEqualTo(-125.0);
	}

	@Test
	void errorOfAnyFormIsAText() {
		assertThat(error("null")).isNull();
		assertThat(error("\"boom\"")).isEqualTo("boom");
		assertThat(error("\"\"")).isEqualTo("unspecified error");
		assertThat(error("{\"code\":-32601}")).isEqualTo("{\"code\":-32601}");
	}

	@Test
	void mapperOfTheJsonCodecIsTakenWithinTheEnvelopeToo() {
		Codecs codecs = Codecs.defaults()
			.withMapper(JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build());

		Codec codec = codecs.find(Codecs.JSON_RPC);

		assertThat(codec).isNotNull();
		assertThat(new String(codec.write(RESPONSE, new Named("A")).body(), StandardCharsets.UTF_8))
			.contains("\"result\":{\"full_name\":\"A\"}");
	}

	private @Nullable String error(String json) {
		return codec().read(Kind.RESPONSE, new Message(Metadata.empty(), utf8("{\"id\":\"1\",\"error\":" + json + "}")))
			.header()
			.error();
	}

	private String text(Header header, @Nullable Object body) {
		return new String(codec().write(header, body).body(), StandardCharsets.UTF_8);
	}

	record Person(String name, long age) {
	}

	record Named(String fullName) {
	}

}

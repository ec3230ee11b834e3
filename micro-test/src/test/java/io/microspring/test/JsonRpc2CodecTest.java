package io.microspring.test;

import java.lang.reflect.Type;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.microspring.codec.Codec;
import io.microspring.codec.Codec.Header;
import io.microspring.codec.Codec.Kind;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class JsonRpc2CodecTest extends EnvelopeCodecContract {

	@Override
	protected Codec codec() {
		return Codec.jsonRpc2();
	}

	@Override
	protected List<Sample> samples() {
		return List.of(Sample.of(BOB), Sample.of(new Person("Änne \"Müller\" 安 \n]}", 1L << 60)), Sample.of("te\\xt"),
				Sample.of(42), Sample.of(true), Sample.of(Instant.EPOCH), Sample.of(new byte[] { 1, 2 }),
				new Sample(List.of("a"), List.class), new Sample(List.of(), List.class), Sample.of(new int[] { 7 }),
				new Sample(Map.of("a", List.of(1)), Map.class));
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
		return (type == BOB.getClass()) ? BOB.getDefaultInstanceForType() : null;
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
			.of("no JSON", "[]", "7", "{}", "{\"jsonrpc\":2.0}", "{\"jsonrpc\":\"1.0\"}",
					"{\"jsonrpc\":\"2.0\",\"id\":{}}", "{\"jsonrpc\":\"2.0\",\"params\":7}",
					"{\"jsonrpc\":\"2.0\",\"params\":[{},{}]}", "{\"jsonrpc\":\"2.0\",\"params\":{\"age\":\"x\"}}",
					"{\"jsonrpc\":\"2.0\",\"params\":{}", "{\"jsonrpc\":\"2.0\"}{}",
					"{\"jsonrpc\":\"2.0\",\"method\":[]}", "{\"jsonrpc\":\"2.0\",\"error\":1}")
			.map((json) -> utf8(json));
		Stream<byte[]> wide = Stream.of("UTF-16LE", "UTF-16", "UTF-32BE")
			.map((charset) -> "{\"jsonrpc\":\"2.0\",\"method\":\"Say.Hello\",\"params\":{\"name\":\"bob\"},\"id\":7}"
				.getBytes(Charset.forName(charset)));
		return Stream.concat(wrong, wide).map((json) -> new Encoded(json, Person.class)).toList();
	}

	@Override
	protected Encoded bomb() {
		return new Encoded(utf8("{\"jsonrpc\":\"2.0\",\"params\":" + "[".repeat(1 << 20)), Object.class);
	}

	@Override
	byte[] bare(io.microspring.test.sample.Sample message) {
		return utf8("{\"full_name\":\"" + message.getFullName() + "\"}\n");
	}

	@Test
	void bytesAreThoseOfGoMicrosPlugin() {
		assertThat(text(REQUEST, BOB)).isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"Say.Hello\","
				+ "\"params\":{\"full_name\":\"bob\"},\"id\":\"7\"}\n");
		assertThat(text(REQUEST, null)).isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"Say.Hello\",\"id\":\"7\"}\n");
		assertThat(text(RESPONSE, BOB))
			.isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":\"7\",\"result\":{\"full_name\":\"bob\"}}\n");
		assertThat(text(RESPONSE, null)).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":\"7\",\"result\":null}\n");
		assertThat(text(new Header(Kind.ERROR, "7", "", "", "boom"), null))
			.isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":\"7\",\"error\":{\"code\":-32000,\"message\":\"boom\"}}\n");
	}

	@Test
	void paramsByPositionAreTheirOnlyElement() {
		for (String params : List.of("{\"full_name\":\"bob\"}", "[ {\"fullName\":\"bob\"} ]")) {
			Codec.Incoming read = read(Kind.REQUEST,
					utf8("{\"params\":" + params + ",\"id\":7,\"more\":[{}],\"jsonrpc\":\"2.0\",\"method\":\"A.B\"}"));

			assertThat(read.header().endpoint()).isEqualTo("A.B");
			assertThat(read.header().id()).isEqualTo("7");
			assertThat(read.body(io.microspring.test.sample.Sample.class)).isEqualTo(BOB);
		}
		assertThat(text(REQUEST, "a")).contains("\"params\":[\"a\"]");
		assertThat(text(REQUEST, List.of("a"))).contains("\"params\":[\"a\"]");
	}

	@Test
	void errorOfAnyHandIsAText() {
		assertThat(error("{\"code\":-32601,\"message\":\"Method not found\"}")).isEqualTo("Method not found");
		assertThat(error("{\"code\":1,\"message\":\"m\",\"data\":\"d\"}")).isEqualTo("m");
		assertThat(error("{\"code\":1}")).isEqualTo("unspecified error");
		assertThat(error("null")).isNull();
		String own = "{\"id\":\"a\",\"code\":409,\"detail\":\"d\",\"status\":\"Conflict\"}";
		assertThat(error("{\"code\":-32000,\"message\":\"d\",\"data\":" + own + "}")).isEqualTo(own);
	}

	private @Nullable String error(String json) {
		return codec()
			.read(Kind.RESPONSE,
					new Message(Metadata.empty(), utf8("{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"error\":" + json + "}")))
			.header()
			.error();
	}

	private String text(Header header, @Nullable Object body) {
		return new String(codec().write(header, body).body(), StandardCharsets.UTF_8);
	}

	record Person(String name, long age) {
	}

}

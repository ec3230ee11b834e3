package io.microspring.test;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import com.google.rpc.Status;
import io.microspring.codec.Codec;
import io.microspring.errors.MicroException;
import io.microspring.test.sample.Colour;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

class JsonCodecTest extends CodecContract {

	private static final Person ANNE = new Person("Änne \"Müller\" 安 \n", 1L << 60, List.of("a", ""),
			Instant.parse("2026-11-21T10:15:30.123Z"));

	private static final io.microspring.test.sample.Sample MESSAGE = io.microspring.test.sample.Sample.newBuilder()
		.setFullName("Änne 安")
		.setCount(1L << 60)
		.setColour(Colour.COLOUR_RED)
		.setData(ByteString.copyFromUtf8("data"))
		.setInner(io.microspring.test.sample.Sample.newBuilder().addTags("a"))
		.putScores("go", 1)
		.build();

	private static final Type PEOPLE = new TypeReference<List<Person>>() {
	}.getType();

	@Override
	protected Codec codec() {
		return Codec.json();
	}

	@Override
	protected List<Sample> samples() {
		return List.of(Sample.of(ANNE), Sample.of(MESSAGE),
				Sample.of(io.microspring.test.sample.Sample.getDefaultInstance()), Sample.of("text"), Sample.of(42),
				new Sample(List.of(ANNE, ANNE), PEOPLE), new Sample(Map.of("a", List.of("b")), Map.class));
	}

	@Override
	protected Generated generated() {
		return Generated.OBJECTS;
	}

	@Override
	protected Sample large(int size) {
		return Sample.of(new Person("x".repeat(size), 0, List.of(), Instant.EPOCH));
	}

	@Override
	protected @Nullable Object empty(Type type) {
		return (type == MESSAGE.getClass()) ? MESSAGE.getDefaultInstanceForType() : null;
	}

	@Override
	protected Object foreign() {
		List<Object> cycle = new ArrayList<>();
		cycle.add(cycle);
		return cycle;
	}

	@Override
	protected List<Encoded> garbage() {
		return Stream
			.of("no JSON", "{\"name\":", "{name:1}", "[]", "{\"age\":\"x\"}", "{} {}",
					"{\"name\":[\"" + "x".repeat(100_000) + "\"]}", "\u0000\uffff")
			.map((json) -> new Encoded(utf8(json), Person.class))
			.toList();
	}

	@Override
	protected Encoded bomb() {
		return new Encoded(utf8("[".repeat(1 << 20)), Object.class);
	}

	@Test
	void messageNestedTooDeepIsRefusedSoon() {
		for (String opening : List.of("{\"inner\":", "{\"unknown\":[", "[")) {
			byte[] body = utf8(opening.repeat((1 << 20) / opening.length()));

			assertTimeoutPreemptively(Duration.ofSeconds(10),
					() -> assertThatExceptionOfType(MicroException.class)
						.isThrownBy(() -> decode(body, MESSAGE.getClass()))
						.satisfies((ex) -> assertThat(ex.code()).isEqualTo(400))
						.satisfies((ex) -> assertThat(ex.detail()).hasSizeLessThan(400)));
		}
	}

	@Test
	void messageIsWrittenAsProtobufsJsonWithALineFeed() {
		assertThat(text(MESSAGE)).isEqualTo("{\"fullName\":\"Änne 安\",\"count\":\"1152921504606846976\","
				+ "\"colour\":\"COLOUR_RED\",\"data\":\"ZGF0YQ==\",\"inner\":{\"tags\":[\"a\"]},"
				+ "\"scores\":{\"go\":1}}\n");
		assertThat(text(MESSAGE.getDefaultInstanceForType())).isEqualTo("{}\n");
	}

	@Test
	void everyFormOfAMessageIsRead() {
		for (String json : List.of(
				"{\"full_name\":\"Änne 安\",\"count\":1152921504606846976,\"colour\":1,\"data\":\"ZGF0YQ==\","
						+ "\"inner\":{\"tags\":[\"a\"]},\"scores\":{\"go\":1}}",
				"{\"fullName\":\"Änne 安\", \"count\":\"1152921504606846976\", \"colour\":\"COLOUR_RED\",\n"
						+ "\"data\":\"ZGF0YQ==\",\"inner\":{\"tags\":[\"a\"], \"later\":{}},"
						+ "\"scores\":{\"go\":1},\"later\":[1,2]}\n")) {
			assertThat(decode(utf8(json), MESSAGE.getClass())).isEqualTo(MESSAGE);
		}
	}

	@Test
	void whatAnAnyHoldsIsReadAndWritten() {
		Status inner = Status.newBuilder().setCode(7).build();
		Status message = Status.newBuilder()
			.setMessage("all")
			.addDetails(Any.pack(inner))
			.addDetails(Any.pack(Durations.fromMillis(1500)))
			.addDetails(Any.pack(Any.pack(Status.newBuilder().addDetails(Any.pack(inner)).build())))
			.addDetails(Any.getDefaultInstance())
			.build();
		String google = "\"@type\":\"type.googleapis.com/google.";
		String seven = "{" + google + "rpc.Status\",\"code\":7}";
		String written = "{\"message\":\"all\",\"details\":[" + seven + ",{" + google
				+ "protobuf.Duration\",\"value\":\"1.500s\"},{" + google + "protobuf.Any\",\"value\":{" + google
				+ "rpc.Status\",\"details\":[" + seven + "]}},{}]}\n";

		assertThat(text(message)).isEqualTo(written);
		assertThat(decode(utf8(written), Status.class)).isEqualTo(message);
		// In other orders, and as Go's plain encoder has it.
		assertThat(decode(utf8("{\"message\":\"all\",\"details\":[{\"later\":[{}],\"code\":\"7e0\"," + google
				+ "rpc.Status\"},{\"value\":\"1.5s\"," + google
				+ "protobuf.Duration\"},{\"type_url\":\"type.googleapis.com/google.protobuf.Any\",\"value\":\""
				+ Base64.getEncoder().encodeToString(message.getDetails(2).getValue().toByteArray()) + "\"},null]}"),
				Status.class))
			.isEqualTo(message);
	}

	@Test
	void whatAnAnyHoldsIsNotFollowedWithoutEnd() {
		Any any = Any.getDefaultInstance();
		for (int i = 0; i < 1000; i++) {
			any = Any.pack(any);
		}
		Status message = Status.newBuilder().addDetails(any).build();
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> text(message))
			.withMessageContaining("nested more than 100 deep");
	}

	@Test
	void whatAnAnyHoldsIsNeverLost() {
		for (String any : List.of("{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"x\"}",
				"{\"reason\":\"x\",\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\"}", "{\"@type\":\"x\"}",
				"{\"@type\":{}}", "{\"code\":1,\"@type\":7}", "{\"@type\":\"a/google.rpc.Status\",\"code\":\"x\"}",
				"{\"details\":[{\"code\":7,\"@type\":\"a/google.rpc.Status\"}],\"@type\":\"a/google.rpc.Status\"}",
				"{\"@type\":\"a/google.protobuf.Any\",\"value\":".repeat(120) + "{}" + "}".repeat(120))) {
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> decode(utf8("{\"details\":[" + any + "]}"), Status.class))
				.satisfies((ex) -> assertThat(ex.code()).as(any).isEqualTo(400));
		}
		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> decode(utf8("{\"details\":[{\"@type\":\"a/google.rpc.ErrorInfo\"}]}"), Status.class))
			.withMessageContaining("the type ErrorInfo of an Any is not imported by google/rpc/status.proto");
		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> text(
					Status.newBuilder().addDetails(Any.newBuilder().setTypeUrl("a/google.rpc.ErrorInfo")).build()))
			.withMessageContaining("google.rpc.ErrorInfo");
	}

	@Test
	void messageThatDoesNotDecodeIsABadRequestThatSaysWhere() {
		for (String json : List.of("no JSON", "{\"fullName\":", "[]", "{\"count\":\"" + "x".repeat(100_000) + "\"}")) {
			assertThatExceptionOfType(MicroException.class).isThrownBy(() -> decode(utf8(json), MESSAGE.getClass()))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(400))
				.satisfies((ex) -> assertThat(ex.detail()).hasSizeLessThan(400));
		}
		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> decode(utf8("{\"fullName\":}"), MESSAGE.getClass()))
			.satisfies((ex) -> assertThat(ex.detail())
				.startsWith("application/json body does not decode to Sample: malformed JSON at line 1 column "));
	}

	@Test
	void objectIsWrittenWithALineFeedAndTimesAsText() {
		assertThat(text(new Person("A", 1, List.of("b"), Instant.EPOCH)))
			.isEqualTo("{\"name\":\"A\",\"age\":1,\"tags\":[\"b\"],\"born\":\"1970-01-01T00:00:00Z\"}\n");
		assertThat(text("a")).isEqualTo("\"a\"\n");
		assertThat(text(JsonMapper.shared().createObjectNode().put("a", 1))).isEqualTo("{\"a\":1}\n");
	}

	@Test
	void unknownFieldsNullsAndNumbersAsTextAreRead() {
		Object person = decode(utf8("{\"later\":[{}],\"name\":\"A\",\"age\":\"7\",\"tags\":null}\n"), Person.class);

		assertThat(person).isEqualTo(new Person("A", 7, null, null));
		assertThat(decode(utf8("{\"age\":null}"), Person.class)).isEqualTo(new Person(null, 0, null, null));
	}

	@Test
	void objectThatDoesNotDecodeIsABadRequestThatSaysWhereAndQuotesNothing() {
		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> decode(utf8("{\"name\":\"A\",\n \"secret\":tru}"), Person.class))
			.satisfies((ex) -> assertThat(ex.detail())
				.startsWith("application/json body does not decode to Person: line 2, column 1")
				.doesNotContain("secret"));
	}

	@Test
	void treesAndMapsAreRead() {
		JsonNode tree = (JsonNode) decode(utf8("{\"a\":[1]}"), JsonNode.class);

		assertThat(tree).isNotNull();
		assertThat(tree.at("/a/0").asInt()).isEqualTo(1);
		Map<String, Object> map = new LinkedHashMap<>();
		map.put("a", List.of(1));
		assertThat(decode(utf8("{\"a\":[1]}"), Object.class)).isEqualTo(map);
	}

	@Test
	void mapperCanBeGiven() {
		Codec codec = Codec
			.json(JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build());

		byte[] body = codec.write(Codec.Header.of(Codec.Kind.RESPONSE), new Named("A")).body();

		assertThat(new String(body, StandardCharsets.UTF_8)).isEqualTo("{\"full_name\":\"A\"}\n");
	}

	private String text(Object object) {
		return new String(encode(object), StandardCharsets.UTF_8);
	}

	private static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	record Person(@Nullable String name, long age, @Nullable List<String> tags, @Nullable Instant born) {
	}

	record Named(String fullName) {
	}

}

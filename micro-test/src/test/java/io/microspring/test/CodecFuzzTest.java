package io.microspring.test;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UInt64Value;
import com.google.protobuf.Value;
import com.google.rpc.Status;
import io.microspring.codec.Codec;
import io.microspring.codec.Codec.Header;
import io.microspring.codec.Codec.Kind;
import io.microspring.codec.Codecs;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.test.sample.Colour;
import io.microspring.test.sample.Kinds;
import io.microspring.test.sample.Sample;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever a body is, it is decoded or refused as a bad request; whatever a message is,
 * it comes back.
 */
class CodecFuzzTest {

	private static final Header HEADER = new Header(Kind.REQUEST, "7", "greeter", "Say.Hello", null);

	private static final List<Type> TYPES = List.of(Kinds.class, Sample.class, Object.class, Person.class, byte[].class,
			Void.class, Status.class);

	@ParameterizedTest
	@ValueSource(
			strings = { "protobuf", "json", "octet-stream", "json-rpc", "json-rpc2", "proto-rpc", "grpc", "grpc+json" })
	void anyBodyIsDecodedOrABadRequest(String name) {
		Codec codec = codec(name);
		Fuzz.run((random) -> {
			byte[] body = body(codec, random);
			Kind kind = Kind.values()[random.nextInt(4)];
			try {
				Codec.Incoming read = codec.read(kind, new Message(Metadata.empty(), body));
				assertThat(read.header()).isNotNull();
				read.body(TYPES.get(random.nextInt(TYPES.size())));
			}
			catch (MicroException ex) {
				assertThat(ex.code()).isEqualTo(400);
				assertThat(ex.id()).isEqualTo("go.micro.codec");
				assertThat(ex.detail()).isNotBlank().hasSizeLessThan(700).doesNotContain("\tat ");
			}
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "protobuf", "json", "json-rpc", "json-rpc2", "proto-rpc", "grpc", "grpc+json" })
	void anyMessageComesBack(String name) {
		Codec codec = codec(name);
		Fuzz.run((random) -> {
			Kinds message = kinds(random);

			Object back = codec.read(Kind.REQUEST, codec.write(HEADER, message)).body(Kinds.class);

			assertThat(back).isEqualTo(message);
		});
	}

	private static Codec codec(String name) {
		Codec codec = Codecs.defaults().find("application/" + name);
		assertThat(codec).isNotNull();
		return codec;
	}

	private static byte[] body(Codec codec, Random random) {
		return switch (random.nextInt(8)) {
			case 0 -> bytes(random, 200);
			case 1 -> odd(random).getBytes(StandardCharsets.UTF_8);
			case 2 -> ("{\"method\":\"A.B\",\"params\":[" + odd(random) + "]}").getBytes(StandardCharsets.UTF_8);
			default -> Mutations.of(codec.write(HEADER, good(codec, random)).body(), random);
		};
	}

	private static Object good(Codec codec, Random random) {
		if (codec.name().equals("bytes")) {
			return bytes(random, 100);
		}
		boolean json = codec.name().contains("json");
		return (json && random.nextInt(4) == 0) ? Map.of("name", text(random), "age", random.nextLong())
				: kinds(random);
	}

	/** JSON that is too deep, too large, too exact, or of the wrong kind. */
	private static String odd(Random random) {
		String field = List
			.of("int32", "uint64", "single", "twice", "boxed", "data", "time", "span", "anyThing", "samples", "colours",
					"value", "fullName", "age")
			.get(random.nextInt(14));
		int many = 1 << random.nextInt(16);
		return switch (random.nextInt(10)) {
			case 0 -> "[".repeat(many);
			case 1 -> "{\"list\":[".repeat(many);
			case 2 -> "{\"" + field + "\":" + "9".repeat(many) + "}";
			case 3 -> "{\"" + field + "\":1e" + random.nextInt() + "}";
			case 4 -> "{\"" + field + "\":\"1e" + random.nextInt() + "\"}";
			case 5 -> "{\"" + field + "\":\"" + "9".repeat(many) + ".5\"}";
			case 6 -> "{\"" + field + "\":{\"a\":[{}]}}";
			case 7 -> "{\"details\":[" + any(random, 2) + "]}";
			case 8 -> "{\"" + field + "\":\"\\ud800\\u0000" + text(random) + "\"}";
			default -> "{\"" + field + "\":[null,true,\"\",-0.0,{}]}";
		};
	}

	/** What an {@code Any} may look like, well formed or not. */
	private static String any(Random random, int depth) {
		String type = "\"@type\":\"a/google."
				+ List.of("protobuf.Any", "protobuf.Struct", "protobuf.UInt64Value", "rpc.Status", "rpc.Other")
					.get(random.nextInt(5))
				+ "\"";
		String value = (depth > 0 && random.nextBoolean()) ? any(random, depth - 1)
				: List.of("{}", "null", "7", "\"7\"", "[{}]").get(random.nextInt(5));
		String held = random.nextBoolean() ? "\"value\":" + value : "\"details\":[" + value + "]";
		return random.nextBoolean() ? "{" + type + "," + held + "}" : "{" + held + "," + type + "}";
	}

	private static Kinds kinds(Random random) {
		Kinds.Builder kinds = Kinds.newBuilder()
			.setInt32(random.nextInt())
			.setUint32(random.nextInt())
			.setUint64(random.nextLong())
			.setSfixed64(random.nextLong())
			.setYes(random.nextBoolean())
			.setSingle(Float.intBitsToFloat(random.nextInt()))
			.setTwice(Double.longBitsToDouble(random.nextLong()))
			.setData(ByteString.copyFrom(bytes(random, 40)))
			.setTime(Timestamp.newBuilder().setSeconds(random.nextInt()).setNanos(random.nextInt(1_000_000_000)))
			.setSpan(Duration.newBuilder().setSeconds(random.nextInt()))
			.setBoxed(UInt64Value.of(random.nextLong()))
			.setOther(random.nextInt())
			.setAnyThing(Struct.newBuilder()
				.putFields(text(random), Value.newBuilder().setStringValue(text(random)).build()));
		if (Float.isNaN(kinds.getSingle())) {
			kinds.setSingle(0);
		}
		if (Double.isNaN(kinds.getTwice())) {
			kinds.setTwice(0);
		}
		for (int i = random.nextInt(3); i > 0; i--) {
			kinds.addColours(Colour.forNumber(random.nextInt(2)))
				.addNumbers(random.nextLong())
				.putByName(text(random), Colour.COLOUR_RED)
				.putSamples(random.nextLong(), Sample.newBuilder().setFullName(text(random)).build());
		}
		return kinds.build();
	}

	private static String text(Random random) {
		return random.ints(random.nextInt(12), 0, 0x1_1000)
			.filter((c) -> !(c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE))
			.collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
			.toString();
	}

	private static byte[] bytes(Random random, int most) {
		byte[] bytes = new byte[random.nextInt(most)];
		random.nextBytes(bytes);
		return bytes;
	}

	record Person(@Nullable String name, long age, @Nullable List<Person> friends) {
	}

}

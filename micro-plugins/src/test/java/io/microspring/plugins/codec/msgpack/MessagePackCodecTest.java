package io.microspring.plugins.codec.msgpack;

import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.google.protobuf.StringValue;
import com.google.protobuf.Timestamp;
import io.microspring.codec.Codec;
import io.microspring.errors.MicroException;
import io.microspring.test.CodecContract;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

class MessagePackCodecTest extends CodecContract {

	@Override
	protected Codec codec() {
		return MessagePackCodec.bare();
	}

	@Override
	protected List<Sample> samples() {
		return List.of(Sample.of(new Person("Änne 安", 1L << 60)), Sample.of("text"), Sample.of(42), Sample.of(true),
				Sample.of(StringValue.of("bob")), Sample.of(new byte[] { 1, -1 }),
				new Sample(List.of("a", Map.of("b", 1)), List.class), new Sample(Map.of(), Map.class));
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
		return (type == StringValue.class) ? StringValue.getDefaultInstance() : null;
	}

	@Override
	protected Object foreign() {
		List<Object> cycle = new ArrayList<>();
		cycle.add(cycle);
		return cycle;
	}

	/**
	 * Lengths and counts that are not true, texts that are none, what was never given.
	 */
	@Override
	protected List<Encoded> garbage() {
		return Stream
			.of("c1", "81", "81a1", "8180c0", "d9ff61", "db7fffffff61", "dbffffffff61", "c67fffffff00", "c6ffffffff00",
					"dd7fffffff", "ddffffffff", "df7fffffff", "dfffffffff", "c97fffffff0500", "c9ffffffffff00",
					"a2c328", "a3eda080", "c0c0", "81c0c0", "92", "d6", "cf00")
			.map((hex) -> new Encoded(HexFormat.of().parseHex(hex), Person.class))
			.toList();
	}

	@Override
	protected Encoded bomb() {
		byte[] body = new byte[1 << 20];
		Arrays.fill(body, (byte) 0x91);
		return new Encoded(body, Object.class);
	}

	@Test
	void mapsNestedTooDeepAreRefusedSoon() {
		byte[] body = HexFormat.of().parseHex("81a161".repeat(1 << 18));

		for (Type type : List.of(Object.class, Person.class, StringValue.class, com.google.protobuf.Struct.class)) {
			assertTimeoutPreemptively(Duration.ofSeconds(10),
					() -> assertThatExceptionOfType(MicroException.class).isThrownBy(() -> decode(body, type))
						.satisfies((ex) -> assertThat(ex.code()).isEqualTo(400)));
		}
	}

	@Test
	void objectIsTheBytesOfTheSpecification() {
		assertThat(HexFormat.of().formatHex(encode(new Person("bob", 7)))).isEqualTo("82a46e616d65a3626f62a361676507");
		assertThat(HexFormat.of().formatHex(encode(StringValue.of("bob")))).isEqualTo("81a576616c7565a3626f62");
		assertThat(encode(new byte[] { 1, 2 })).containsExactly(0xc4, 2, 1, 2);
	}

	@Test
	void whatOthersWriteIsRead() {
		Instant time = Instant.parse("2026-11-22T03:00:00.000000005Z");
		String seconds = HexFormat.of().toHexDigits(time.getEpochSecond());

		assertThat(decode(hex("82c4046e616d65c403626f62a3616765ccff"), Person.class)).isEqualTo(new Person("bob", 255));
		assertThat(decode(hex("8101a161"), Map.class)).isEqualTo(Map.of("1", "a"));
		assertThat(decode(hex("c70cff00000005" + seconds), Instant.class)).isEqualTo(time);
		assertThat(decode(hex("c70c05" + seconds + "00000005"), Instant.class)).isEqualTo(time);
		assertThat(decode(hex("d6ff00000001"), Timestamp.class))
			.isEqualTo(Timestamp.newBuilder().setSeconds(1).build());
		assertThat(decode(hex("d7ff0000000400000001"), Instant.class)).isEqualTo(Instant.ofEpochSecond(1, 1));
		assertThat(decode(hex("d40909"), byte[].class)).isEqualTo(new byte[] { 9 });
		assertThat(decode(hex("cfffffffffffffffff"), Object.class)).hasToString("18446744073709551615");
	}

	private static byte[] hex(String hex) {
		return HexFormat.of().parseHex(hex);
	}

	record Person(String name, long age) {
	}

}

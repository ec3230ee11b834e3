package io.microspring.plugins.codec.bson;

import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.google.protobuf.StringValue;
import io.microspring.codec.Codec;
import io.microspring.test.CodecContract;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BsonCodecTest extends CodecContract {

	@Override
	protected Codec codec() {
		return BsonCodec.bare();
	}

	@Override
	protected List<Sample> samples() {
		return List.of(Sample.of(new Person("Änne 安", 1L << 60)), Sample.of("text"), Sample.of(42), Sample.of(true),
				Sample.of(StringValue.of("bob")), Sample.of(new byte[] { 1, -1 }),
				new Sample(List.of("a", Map.of("b", 1)), List.class), new Sample(Map.of(), Map.class),
				new Sample(Map.of("_Val_", 1), Map.class), Sample.of(BigInteger.ONE.shiftLeft(100)),
				Sample.of(new BigDecimal("1.10")));
	}

	@Override
	protected Generated generated() {
		return Generated.OBJECTS;
	}

	@Override
	protected String whyNoNulInNames() {
		return "BSON's names end where they have a zero";
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

	/** Lengths that are not true, texts that are none, types that are not known. */
	@Override
	protected List<Encoded> garbage() {
		return Stream
			.of("00", "05000000", "0500000001", "ffffff7f00", "ffffffff00", "0400000000", "050000000000",
					document("0261000000000000"), document("026100ffffff7f6100"), document("026100ffffffff6100"),
					document("0261000200000061ff"), document("02610002000000ff00"), document("02ff0002000000610000"),
					document("056100ffffff7f0001"), document("056100ffffffff0001"), document("036100ffffff7f00"),
					document("046100ffffffff00"), document("0361000500000001"), document("0d6100020000006100"),
					document("0b6100000000"), document("7f6100"), document("3f6100"), "0a0000000a5f56616c5f00")
			.map((hex) -> new Encoded(HexFormat.of().parseHex(hex), Person.class))
			.toList();
	}

	@Override
	protected Encoded bomb() {
		int deep = 100_000;
		ByteBuffer body = ByteBuffer.allocate(8 * deep + 5).order(ByteOrder.LITTLE_ENDIAN);
		for (int i = 0; i < deep; i++) {
			body.putInt(body.capacity() - body.position() - i).put((byte) 3).put((byte) 'a').put((byte) 0);
		}
		body.putInt(5);
		return new Encoded(body.array(), Object.class);
	}

	@Test
	void objectIsTheBytesOfTheSpecification() {
		assertThat(HexFormat.of().formatHex(encode(new Person("bob", 7))))
			.isEqualTo(document("026e616d650004000000626f6200" + "126167650007000000" + "00000000"));
		assertThat(HexFormat.of().formatHex(encode("bob"))).isEqualTo(document("025f56616c5f0004000000626f6200"));
	}

	@Test
	void whatGosWriterAndMongoWriteIsRead() {
		assertThat(decode(hex(document("056e616d65000300000000626f62" + "106167650007000000")), Person.class))
			.isEqualTo(new Person("bob", 7));
		assertThat(decode(hex(document("055f56616c5f000300000000626f62")), String.class)).isEqualTo("bob");
		assertThat(decode(hex(document("0576616c7565000300000000626f62")), StringValue.class))
			.isEqualTo(StringValue.of("bob"));
		assertThat(decode(hex(document("3f6100ffffffffffffffff" + "3f62000100000000000000")), Map.class))
			.isEqualTo(Map.of("a", new BigInteger("18446744073709551615"), "b", 1L));
		assertThat(decode(hex(document("097400e803000000000000" + "0661000a6200")), Map.class))
			.extracting("t", "a", "b")
			.containsExactly("1970-01-01T00:00:01Z", null, null);
		assertThat(decode(hex(document("095f56616c5f00e803000000000000")), Instant.class))
			.isEqualTo(Instant.ofEpochSecond(1));
		assertThat(decode(hex(document("076900" + "0102030405060708090a0b0c" + "0e73000200000078" + "00")), Map.class))
			.isEqualTo(Map.of("i", "0102030405060708090a0b0c", "s", "x"));
	}

	/** A document of the elements given, with its length and its end. */
	private static String document(String elements) {
		int length = Integer.BYTES + elements.length() / 2 + 1;
		return HexFormat.of().toHexDigits(Integer.reverseBytes(length)) + elements + "00";
	}

	private static byte[] hex(String hex) {
		return HexFormat.of().parseHex(hex);
	}

	record Person(String name, long age) {
	}

}

package io.microspring.test;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.MessageOptions;
import com.google.protobuf.DescriptorProtos.UninterpretedOption;
import com.google.protobuf.DescriptorProtos.UninterpretedOption.NamePart;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import org.jspecify.annotations.Nullable;

/**
 * Objects of every kind, the ordinary and the extreme, for {@link CodecContract}.
 *
 * @param random what they are made of
 * @param noNulInNames whether names are without U+0000
 */
record GeneratedValues(Random random, boolean noNulInNames) {

	private static final long[] LONGS = { 0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 65535, 65536,
			Integer.MAX_VALUE, Integer.MIN_VALUE, 0xffff_ffffL, 1L << 53, (1L << 53) + 1, Long.MAX_VALUE,
			Long.MIN_VALUE };

	private static final double[] DOUBLES = { 0, -0.0, 1, 0.1, Double.MIN_VALUE, Double.MIN_NORMAL, Double.MAX_VALUE,
			-Double.MAX_VALUE, 1e-7, 1e21, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY };

	private static final String[] ALPHABETS = { "az", "\u0000 ", "äü", "жэ", "一龥", "한힣", "😀🙏", "\u2028\u2029",
			"\ufdd0\uffff", "אۿ", "\"\"", "\\\\", "{}", "\u0300ͯ" };

	/**
	 * Bytes with some of them changed, taken out or put in.
	 * @param good what to begin with
	 * @param random decides
	 * @return other bytes
	 */
	static byte[] damaged(byte[] good, Random random) {
		byte[] bytes = good.clone();
		for (int i = 1 + random.nextInt(4); i > 0; i--) {
			int at = (bytes.length == 0) ? 0 : random.nextInt(bytes.length);
			int behind = Math.min(bytes.length, at + random.nextInt(6));
			byte[] put = new byte[random.nextInt(6)];
			random.nextBytes(put);
			if (random.nextInt(3) == 0) {
				Arrays.fill(put, (byte) (random.nextBoolean() ? 0xff : 0x7f));
			}
			byte[] changed = Arrays.copyOf(bytes, at + put.length + bytes.length - behind);
			System.arraycopy(put, 0, changed, at, put.length);
			System.arraycopy(bytes, behind, changed, at + put.length, bytes.length - behind);
			bytes = changed;
		}
		return bytes;
	}

	Everything object() {
		Map<String, List<Map<String, Long>>> nested = new LinkedHashMap<>();
		for (int i = this.random.nextInt(3); i > 0; i--) {
			nested.put(name(), list(() -> Map.of(name(), integer())));
		}
		return new Everything(text(), list(this::text), (byte) integer(), (short) integer(), (int) integer(), integer(),
				floating(), (float) floating(), this.random.nextBoolean(), big(), exact(), bytes(), list(this::bytes),
				instant(), new UUID(this.random.nextLong(), this.random.nextLong()),
				Shade.values()[this.random.nextInt(2)], nested, this.random.nextBoolean() ? null : list(this::text),
				(char) this.random.nextInt(0xd800), new int[] { (int) integer() });
	}

	Message message() {
		if (this.random.nextInt(3) == 0) {
			return Struct.newBuilder()
				.putFields(name(), Value.newBuilder().setStringValue(text()).build())
				.putFields(name(), Value.newBuilder().setNumberValue(this.random.nextGaussian()).build())
				.putFields(name(), Value.newBuilder().setBoolValue(this.random.nextBoolean()).build())
				.putFields(name(), Value.newBuilder().setStructValue(Struct.getDefaultInstance()).build())
				.putFields(name(), Value.newBuilder().setNullValueValue(0).build())
				.build();
		}
		MessageOptions.Builder message = MessageOptions.newBuilder().setDeprecated(this.random.nextBoolean());
		for (int i = this.random.nextInt(3); i > 0; i--) {
			message.addUninterpretedOption(UninterpretedOption.newBuilder()
				.addName(NamePart.newBuilder().setNamePart(text()).setIsExtension(this.random.nextBoolean()))
				.setPositiveIntValue(integer())
				.setNegativeIntValue(integer())
				.setDoubleValue(floating())
				.setAggregateValue(text())
				.setStringValue(ByteString.copyFrom(bytes())));
		}
		return message.build();
	}

	String text() {
		String alphabet = ALPHABETS[this.random.nextInt(ALPHABETS.length)];
		int first = alphabet.codePointAt(0);
		int last = alphabet.codePointBefore(alphabet.length());
		int length = this.random.nextInt(10) == 0 ? this.random.nextInt(700) : this.random.nextInt(12);
		return this.random.ints(length, first, last + 1)
			.collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
			.toString();
	}

	byte[] bytes() {
		byte[] bytes = new byte[this.random.nextInt(10) == 0 ? this.random.nextInt(70_000) : this.random.nextInt(20)];
		this.random.nextBytes(bytes);
		return bytes;
	}

	private String name() {
		String name = text();
		return this.noNulInNames ? name.replace("\u0000", "") : name;
	}

	private long integer() {
		return this.random.nextBoolean() ? LONGS[this.random.nextInt(LONGS.length)] : this.random.nextLong();
	}

	private double floating() {
		if (this.random.nextBoolean()) {
			return DOUBLES[this.random.nextInt(DOUBLES.length)];
		}
		double any = Double.longBitsToDouble(this.random.nextLong());
		return Double.isNaN(any) ? Double.NaN : any;
	}

	private BigInteger big() {
		BigInteger big = new BigInteger(this.random.nextInt(300), this.random);
		return this.random.nextBoolean() ? big : big.negate();
	}

	private BigDecimal exact() {
		return new BigDecimal(new BigInteger(this.random.nextInt(200), this.random), this.random.nextInt(100) - 50);
	}

	private Instant instant() {
		return Instant.ofEpochSecond(this.random.nextInt(), this.random.nextInt(1_000_000_000));
	}

	private <T> List<T> list(Supplier<T> element) {
		List<T> list = new ArrayList<>();
		for (int i = this.random.nextInt(10) == 0 ? 20 : this.random.nextInt(3); i > 0; i--) {
			list.add(element.get());
		}
		return list;
	}

	/** A property of every kind. */
	record Everything(String text, List<String> texts, byte tiny, short small, int ordinary, long large, double wide,
			float narrow, boolean yes, BigInteger big, BigDecimal exact, byte[] bytes, List<byte[]> chunks,
			Instant time, UUID id, Shade shade, Map<String, List<Map<String, Long>>> nested,
			@Nullable List<String> maybe, char letter, int[] numbers) {

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof Everything everything && parts().equals(everything.parts());
		}

		@Override
		public int hashCode() {
			return parts().hashCode();
		}

		@Override
		public String toString() {
			return parts().toString();
		}

		/** All of it, arrays by content. */
		private List<?> parts() {
			return Arrays.asList(this.text, this.texts, this.tiny, this.small, this.ordinary, this.large, this.wide,
					this.narrow, this.yes, this.big, this.exact, HexFormat.of().formatHex(this.bytes),
					this.chunks.stream().map(HexFormat.of()::formatHex).toList(), this.time, this.id, this.shade,
					this.nested, this.maybe, this.letter, Arrays.toString(this.numbers));
		}

	}

	enum Shade {

		LIGHT, DARK

	}

}

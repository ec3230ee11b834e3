package io.microspring.test;

import java.lang.reflect.Type;
import java.util.List;

import io.microspring.codec.Codec;
import io.microspring.codec.Codec.Header;
import io.microspring.codec.Codec.Kind;
import io.microspring.test.sample.Colour;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ProtoRpcCodecTest extends EnvelopeCodecContract {

	private static final io.microspring.test.sample.Sample ANNE = io.microspring.test.sample.Sample.newBuilder()
		.setFullName("Änne Müller 安")
		.setCount(1L << 60)
		.setColour(Colour.COLOUR_RED)
		.setInner(io.microspring.test.sample.Sample.newBuilder().addTags("a"))
		.build();

	@Override
	protected Codec codec() {
		return Codec.protoRpc();
	}

	@Override
	protected List<Sample> samples() {
		return List.of(Sample.of(ANNE), Sample.of(io.microspring.test.sample.Sample.getDefaultInstance()));
	}

	@Override
	protected Generated generated() {
		return Generated.MESSAGES;
	}

	@Override
	protected Sample large(int size) {
		return Sample.of(ANNE.toBuilder().setFullName("x".repeat(size)).build());
	}

	@Override
	protected @Nullable Object empty(Type type) {
		return io.microspring.test.sample.Sample.getDefaultInstance();
	}

	@Override
	protected Object foreign() {
		return new Object();
	}

	@Override
	protected List<Encoded> garbage() {
		return List.of(new Encoded(utf8("no envelope"), ANNE.getClass()),
				new Encoded(hex("00000000 00000002 ffff"), ANNE.getClass()));
	}

	@Override
	protected Encoded bomb() {
		byte[] body = new byte[1 << 20];
		java.util.Arrays.fill(body, (byte) 0x0b);
		java.nio.ByteBuffer.wrap(body).putInt(body.length - 4);
		return new Encoded(body, ANNE.getClass());
	}

	@Override
	byte[] bare(io.microspring.test.sample.Sample message) {
		return message.toByteArray();
	}

	@Test
	void bytesAreThoseOfTheProtocolReference() {
		assertThat(codec().write(REQUEST, BOB).body())
			.isEqualTo(hex("00000014 0a09 5361792e48656c6c6f 11 0700000000000000 00000005 0a03626f62"));
		assertThat(codec().write(RESPONSE, BOB).body())
			.isEqualTo(hex("00000009 11 0700000000000000 00000005 0a03626f62"));
		assertThat(codec().write(new Header(Kind.ERROR, "7", "", "", "boom"), BOB).body())
			.isEqualTo(hex("0000000f 11 0700000000000000 1a04 626f6f6d 00000005 0a03626f62"));
		assertThat(codec().write(ERROR, null).body()).isEqualTo(hex("00000006 1a04626f6f6d 00000000"));
		assertThat(codec().write(new Header(Kind.RESPONSE, "0", "", "", null), BOB).body())
			.isEqualTo(hex("00000000 00000005 0a03626f62"));
	}

	@Test
	void emptyFieldsAsTheOldestGoMicroWritesThemAreRead() {
		byte[] body = hex("0000000d 0a00 11 0700000000000000 1a00 00000005 0a03626f62");

		assertThat(read(Kind.RESPONSE, body).header()).isEqualTo(RESPONSE);
		assertThat(read(Kind.RESPONSE, body).body(io.microspring.test.sample.Sample.class)).isEqualTo(BOB);
	}

	@Test
	void fieldsThatAreNotKnownArePassedOver() {
		byte[] body = hex("00000008 2a026869 30ff01 38 01" + "00000000").clone();
		body[3] = 9;

		assertThat(read(Kind.REQUEST, body).header().endpoint()).isEmpty();
	}

	@Test
	void lengthsThatAreNotTrueAreRefused() {
		refused(hex("0000"), "ends within the length of its envelope");
		refused(hex("ffffffff 0a00"), "its envelope is said to have 4294967295 bytes, and 2 are there");
		refused(hex("80000000 0a00"), "2147483648 bytes");
		refused(hex("7fffffff 0a00"), "2147483647 bytes");
		refused(hex("00000002 0a00 00"), "ends within the length of its body");
		refused(hex("00000002 0a00 00000009 0a03626f62"), "its body is said to have 9 bytes, and 5 are there");
		refused(hex("00000002 0a00 00000000 0a03626f62"), "5 bytes stand behind its body");
		refused(hex("00000003 0a7f61 00000000"), "no protobuf");
		refused(hex("00000002 ffff 00000000"), "no protobuf");
	}

}

package io.microspring.test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import io.microspring.codec.Codec;
import io.microspring.errors.MicroException;
import io.microspring.test.sample.Colour;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ProtoCodecTest extends CodecContract {

	private static final io.microspring.test.sample.Sample ANNE = io.microspring.test.sample.Sample.newBuilder()
		.setFullName("Änne Müller 安")
		.setCount(1L << 60)
		.setColour(Colour.COLOUR_RED)
		.setInner(io.microspring.test.sample.Sample.newBuilder().addTags("a").addTags(""))
		.putScores("go", 1)
		.build();

	@Override
	protected Codec codec() {
		return Codec.proto();
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
		return new Person("Anne", 1);
	}

	@Override
	protected List<Encoded> garbage() {
		return Stream
			.of("no protobuf".getBytes(StandardCharsets.UTF_8), new byte[] { -1, -1, -1, -1 },
					new byte[] { 0x0a, 0x7f, 'x' }, new byte[] { 0x0a, 1, -1 })
			.map((body) -> new Encoded(body, ANNE.getClass()))
			.toList();
	}

	@Override
	protected Encoded bomb() {
		byte[] body = new byte[0];
		for (int depth = 0; depth < 5000; depth++) {
			body = inner(body);
		}
		return new Encoded(body, ANNE.getClass());
	}

	@Test
	void errorNamesTheClassAndTheContentTypeThatFits() {
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> encode(new Person("Anne", 1)))
			.satisfies((ex) -> assertThat(ex.detail()).isEqualTo(
					Person.class.getName() + " cannot be encoded as application/protobuf: only protobuf messages can;"
							+ " choose application/json"));
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> decode(new byte[1], Person.class))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(400))
			.satisfies((ex) -> assertThat(ex.detail()).isEqualTo("application/protobuf body does not decode to Person:"
					+ " it is no protobuf message; send application/json"));
	}

	@Test
	void emptyBodyOfAnObjectIsNull() {
		assertThat(decode(new byte[0], Person.class)).isNull();
	}

	@Test
	void typeWithoutAnEmptyMessageIsNamed() {
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> decode(new byte[0], Message.class))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(500))
			.satisfies((ex) -> assertThat(ex.detail()).startsWith("com.google.protobuf.Message has no empty message"));
	}

	private static byte[] inner(byte[] body) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream(body.length + 8);
		try {
			CodedOutputStream out = CodedOutputStream.newInstance(bytes);
			out.writeByteArray(io.microspring.test.sample.Sample.INNER_FIELD_NUMBER, body);
			out.flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return bytes.toByteArray();
	}

	record Person(String name, int age) {
	}

}

package io.microspring.test;

import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

import com.google.protobuf.ByteString;
import io.microspring.codec.Codec;
import io.microspring.errors.MicroException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class BytesCodecTest extends CodecContract {

	@Override
	protected Codec codec() {
		return Codec.bytes();
	}

	@Override
	protected List<Sample> samples() {
		return List.of(Sample.of(new byte[] { 0, -1, 10, 13 }), Sample.of("安".getBytes(StandardCharsets.UTF_8)));
	}

	@Override
	protected Generated generated() {
		return Generated.BYTES;
	}

	@Override
	protected Sample large(int size) {
		return Sample.of(new byte[size]);
	}

	@Override
	protected @Nullable Object empty(Type type) {
		return new byte[0];
	}

	@Override
	protected Object foreign() {
		return "text";
	}

	@Override
	protected List<Encoded> garbage() {
		return List.of(new Encoded(new byte[] { 1 }, String.class));
	}

	@Override
	protected Encoded bomb() {
		return new Encoded(new byte[1 << 20], List.class);
	}

	@Test
	void buffersAndByteStringsAreBytesToo() {
		ByteBuffer buffer = ByteBuffer.wrap(new byte[] { 1, 2, 3 }, 1, 2);

		assertThat(encode(buffer)).containsExactly(2, 3);
		assertThat(buffer.remaining()).isEqualTo(2);
		assertThat(encode(ByteString.copyFromUtf8("a"))).containsExactly('a');
		assertThat(decode(new byte[] { 1 }, ByteBuffer.class)).isEqualTo(ByteBuffer.wrap(new byte[] { 1 }));
		assertThat(decode(new byte[] { 'a' }, ByteString.class)).isEqualTo(ByteString.copyFromUtf8("a"));
	}

	@Test
	void otherTypesAreRefusedWithTheContentTypeThatFits() {
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> decode(new byte[1], String.class))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(400))
			.satisfies(
					(ex) -> assertThat(ex.detail()).isEqualTo("application/octet-stream body does not decode to String:"
							+ " it is taken as bytes only; send application/json"));
	}

}

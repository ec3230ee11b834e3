package io.microspring.test;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.List;

import io.microspring.codec.Codec;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class TextCodecTest extends CodecContract {

	@Override
	protected Codec codec() {
		return Codec.text();
	}

	@Override
	protected List<Sample> samples() {
		return List.of(Sample.of("text"), Sample.of("Änne \"Müller\" 安 \n\u0000"),
				new Sample("anything", CharSequence.class), new Sample("anything", Object.class));
	}

	@Override
	protected Generated generated() {
		return Generated.TEXT;
	}

	@Override
	protected Sample large(int size) {
		return Sample.of("x".repeat(size));
	}

	@Override
	protected @Nullable Object empty(Type type) {
		return "";
	}

	@Override
	protected Object foreign() {
		return new StringBuilder("half a pair: ").append('\ud800');
	}

	@Override
	protected List<Encoded> garbage() {
		return List.of(new Encoded(new byte[] { 'a', (byte) 0xff }, String.class),
				new Encoded(new byte[] { (byte) 0xed, (byte) 0xa0, (byte) 0x80 }, String.class),
				new Encoded(new byte[] { '1' }, Integer.class));
	}

	@Override
	protected Encoded bomb() {
		return new Encoded("[".repeat(1 << 20).getBytes(StandardCharsets.UTF_8), List.class);
	}

	@Test
	void charsetOfTheContentTypeIsHeeded() {
		byte[] body = "Zürich".getBytes(StandardCharsets.ISO_8859_1);

		assertThat(read("text/plain;charset=ISO-8859-1", body)).isEqualTo("Zürich");
		assertThat(read("text/plain; format=flowed; Charset=\"latin1\"", body)).isEqualTo("Zürich");
		for (String contentType : List.of("text/plain", "text/plain; charset=us-ascii", "text/plain; charset=x y")) {
			assertThatExceptionOfType(MicroException.class).isThrownBy(() -> read(contentType, body))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(400));
		}
	}

	@Test
	void otherObjectsAreRefusedWithTheContentTypeThatFits() {
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> encode(7))
			.withMessageContaining("only text can; choose application/json");
	}

	private @Nullable Object read(String contentType, byte[] body) {
		return codec().read(Codec.Kind.REQUEST, new Message(Metadata.of("Content-Type", contentType), body))
			.body(String.class);
	}

}

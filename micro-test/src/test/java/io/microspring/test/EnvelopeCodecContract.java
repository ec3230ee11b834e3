package io.microspring.test;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

import io.microspring.codec.Codec.Header;
import io.microspring.codec.Codec.Incoming;
import io.microspring.codec.Codec.Kind;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What both of go-micro's envelopes do beside what every codec does.
 */
abstract class EnvelopeCodecContract extends CodecContract {

	static final Header REQUEST = new Header(Kind.REQUEST, "7", "greeter", "Say.Hello", null);

	static final Header RESPONSE = new Header(Kind.RESPONSE, "7", "", "", null);

	static final Header ERROR = new Header(Kind.ERROR, "", "", "", "boom");

	/** {@code {"full_name": "bob"}}, of which the golden vectors are. */
	static final io.microspring.test.sample.Sample BOB = io.microspring.test.sample.Sample.newBuilder()
		.setFullName("bob")
		.build();

	/** Go writes what a method returns when it returns nothing. */
	@Override
	protected void nullIsWrittenAsAnEmptyBody() {
		Incoming read = read(Kind.RESPONSE, codec().write(RESPONSE, null).body());

		assertThat(read.header()).isEqualTo(RESPONSE);
		assertThat(read.body(String.class)).isNull();
		assertThat(read.body(io.microspring.test.sample.Sample.class))
			.isEqualTo(io.microspring.test.sample.Sample.getDefaultInstance());
	}

	@Test
	void headerAndBodySurviveTheRoundTrip() {
		Incoming request = read(Kind.REQUEST, codec().write(REQUEST, BOB).body());
		Incoming response = read(Kind.RESPONSE, codec().write(RESPONSE, BOB).body());
		Incoming error = read(Kind.RESPONSE, codec().write(ERROR, null).body());

		assertThat(request.header()).isEqualTo(new Header(Kind.REQUEST, "7", "", "Say.Hello", null));
		assertThat(request.body(io.microspring.test.sample.Sample.class)).isEqualTo(BOB);
		assertThat(response.header()).isEqualTo(RESPONSE);
		assertThat(response.body(io.microspring.test.sample.Sample.class)).isEqualTo(BOB);
		assertThat(error.header().error()).isEqualTo("boom");
		assertThat(error.header().endpoint()).isEmpty();
		assertThat(error.body(io.microspring.test.sample.Sample.class))
			.isEqualTo(io.microspring.test.sample.Sample.getDefaultInstance());
	}

	@Test
	void eventHasNoEnvelope() {
		byte[] body = codec().write(Header.of(Kind.EVENT), BOB).body();

		assertThat(body).isEqualTo(bare(BOB));
		assertThat(read(Kind.EVENT, body).body(io.microspring.test.sample.Sample.class)).isEqualTo(BOB);
		assertThat(read(Kind.EVENT, body).header()).isEqualTo(Header.of(Kind.EVENT));
	}

	@Test
	void everyTruncationOfAnEnvelopeIsABadRequestOrAnEmptyBody() {
		byte[] body = codec().write(REQUEST, BOB).body();
		for (int length = 1; length < body.length - 1; length++) {
			byte[] truncated = Arrays.copyOf(body, length);
			try {
				assertThat(read(Kind.REQUEST, truncated).body(io.microspring.test.sample.Sample.class))
					.isIn(io.microspring.test.sample.Sample.getDefaultInstance());
			}
			catch (MicroException ex) {
				assertThat(ex.code()).isEqualTo(400);
				assertThat(ex.id()).isEqualTo("go.micro.codec");
			}
		}
	}

	abstract byte[] bare(io.microspring.test.sample.Sample message);

	final Incoming read(Kind kind, byte[] body) {
		return codec().read(kind, new Message(Metadata.empty(), body));
	}

	final void refused(byte[] body, String why) {
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> read(Kind.REQUEST, body))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(400))
			.satisfies((ex) -> assertThat(ex.detail()).contains("envelope does not decode: ", why));
	}

	static byte[] hex(String hex) {
		return HexFormat.of().parseHex(hex.replace(" ", ""));
	}

	static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}

package io.microspring.transport;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * The messages of the grpc transport, byte by byte.
 */
class GrpcEnvelopeTest {

	private static final int LIMIT = 64 * 1024;

	/**
	 * {@code {header: {"Micro-ID": "7", "X": ""}, body: "hi"}}, as go-micro writes it.
	 */
	private static final byte[] FROM_GO = HexFormat.of()
		.parseHex("0a0d" + "0a08" + "4d6963726f2d4944" + "120137" + "0a05" + "0a0158" + "1200" + "1202" + "6869");

	@Test
	void messageIsWrittenAsGoWritesIt() {
		Message message = new Message(Metadata.of(":path", "/", "Micro-ID", "7", "X", ""),
				"hi".getBytes(StandardCharsets.UTF_8));

		assertThat(GrpcEnvelope.write(message)).isEqualTo(FROM_GO);
	}

	@Test
	void messageOfGoIsRead() throws IOException {
		Message message = GrpcEnvelope.read(FROM_GO, LIMIT);

		assertThat(message.headers().names()).containsExactly("Micro-ID", "X");
		assertThat(message.header("micro-id")).isEqualTo("7");
		assertThat(message.header("X")).isEmpty();
		assertThat(message.body()).asString().isEqualTo("hi");
	}

	@Test
	void emptyMessageIsNothing() throws IOException {
		assertThat(GrpcEnvelope.write(Message.of(Metadata.empty()))).isEmpty();
		assertThat(GrpcEnvelope.read(new byte[0], LIMIT)).isEqualTo(Message.of(Metadata.empty()));
	}

	@Test
	void headersThatLookLikeOurOwnArePassedOver() throws IOException {
		byte[] sent = HexFormat.of().parseHex("0a0a" + "0a05" + "3a70617468" + "1201" + "2f" + "1801");

		assertThat(GrpcEnvelope.read(sent, LIMIT).headers().isEmpty()).isTrue();
	}

	@Test
	void tooManyHeadersAreRefused() {
		ByteArrayOutputStream many = new ByteArrayOutputStream();
		for (int i = 0; i < 3000; i++) {
			many.writeBytes(HexFormat.of().parseHex("0a03" + "0a0158"));
		}

		assertThatIOException().isThrownBy(() -> GrpcEnvelope.read(many.toByteArray(), LIMIT))
			.withMessage("more than 65536 bytes of headers");
	}

	@Test
	void whateverComesIsReadOrRefused() {
		Random random = new Random(20261121);
		int read = 0;
		for (int i = 0; i < 200_000; i++) {
			byte[] bytes = mutated(random);
			try {
				GrpcEnvelope.read(bytes, LIMIT);
				read++;
			}
			catch (IOException ex) {
				assertThat(ex).hasMessageNotContaining("null");
			}
		}
		assertThat(read).isBetween(1, 199_999);
	}

	private static byte[] mutated(Random random) {
		byte[] bytes = FROM_GO.clone();
		for (int i = random.nextInt(3); i >= 0; i--) {
			bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
		}
		return (random.nextInt(4) == 0) ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
	}

}

package io.microspring.transport;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever bytes follow a handshake: the connection is answered or closed with a code,
 * its receiver is told of one end, and the next connection works.
 */
class WebSocketFuzzTest {

	private static final long SEED = 20261121;

	private static final int[] OPCODES = { 0x0, 0x1, 0x1, 0x2, 0x2, 0x8, 0x9, 0xa, 0x3, 0xf };

	private static final List<Integer> CODES = List.of(1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1005, 3000, 4999,
			1014);

	@Test
	void framesAreReadOrTheConnectionIsClosedWithACode() throws Exception {
		Long chosen = Long.getLong("micro.fuzz.seed");
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("micro.fuzz.seconds", 2));
		HttpOptions options = RecordingServer.options().withMaxMessageSize(1000);
		try (RecordingServer server = new RecordingServer(options).answering(WebSocketFuzzTest::answer)) {
			int attempts = 0;
			do {
				long seed = (chosen != null) ? chosen : SEED + attempts;
				try {
					attempt(server, new Random(seed));
				}
				catch (Throwable ex) {
					throw new AssertionError("failed with -Dmicro.fuzz.seed=" + seed + ": " + ex, ex);
				}
				attempts++;
			}
			while (chosen == null && System.nanoTime() < end);
			assertThat(attempts).isPositive();
		}
	}

	private static void attempt(RecordingServer server, Random random) throws Exception {
		String input = input(random);
		try (RawConnection client = WebSocketTest.open(server)) {
			client.write(input).finishOutput();
			String answer = client.readAll();
			assertFrames(answer);
		}
		// the connection's own end, and that of the call on it
		RecordingServer.take(server.closed);
		RecordingServer.take(server.closed);
		assertThat(server.closed).isEmpty();
		for (MicroException refused = server.refused.poll(); refused != null; refused = server.refused.poll()) {
			assertThat(refused.code()).isEqualTo(413);
		}
		server.received.clear();
		server.accepted.clear();
		server.causes.clear();
	}

	private static void answer(Socket socket, Message message) {
		try {
			WebSocketTest.echo(socket, message);
		}
		catch (TransportException expected) {
			// it was closed meanwhile
		}
	}

	/** Whole frames, not masked, and nothing behind a close. */
	private static void assertFrames(String answer) {
		int at = 0;
		int last = 0;
		while (at < answer.length()) {
			assertThat(last).as("nothing follows a close").isNotEqualTo(0x88);
			assertThat(answer.length() - at).isGreaterThanOrEqualTo(2);
			int first = answer.charAt(at);
			int length = answer.charAt(at + 1);
			assertThat(first).isIn(0x81, 0x82, 0x88, 0x8a);
			assertThat(length).isLessThan(127);
			at += 2;
			if (length == 126) {
				length = answer.charAt(at) << 8 | answer.charAt(at + 1);
				at += 2;
			}
			if (first == 0x88) {
				assertThat(answer.charAt(at) << 8 | answer.charAt(at + 1)).isIn(1000, 1001, 1002, 1007, 1008, 1009,
						1011);
			}
			at += length;
			last = first;
		}
		assertThat(at).isEqualTo(answer.length());
	}

	private static String input(Random random) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		int frames = 1 + random.nextInt(6);
		for (int i = 0; i < frames; i++) {
			if (random.nextInt(12) == 0) {
				byte[] noise = new byte[random.nextInt(64)];
				random.nextBytes(noise);
				out.writeBytes(noise);
			}
			else {
				frame(random, out);
			}
		}
		byte[] bytes = out.toByteArray();
		for (int i = random.nextInt(8) == 0 ? random.nextInt(4) : 0; i > 0 && bytes.length > 0; i--) {
			bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
		}
		int length = random.nextInt(6) == 0 ? random.nextInt(bytes.length + 1) : bytes.length;
		return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
	}

	private static void frame(Random random, ByteArrayOutputStream out) {
		int opcode = OPCODES[random.nextInt(OPCODES.length)];
		boolean last = random.nextInt(4) != 0;
		int reserved = random.nextInt(16) == 0 ? random.nextInt(8) << 4 : 0;
		byte[] payload = payload(random, opcode);
		out.write((last ? 0x80 : 0) | reserved | opcode);
		int masked = random.nextInt(16) == 0 ? 0 : 0x80;
		int announced = random.nextInt(16) == 0 ? random.nextInt(1 << 20) : payload.length;
		if (announced < 126 && random.nextInt(16) != 0) {
			out.write(masked | announced);
		}
		else if (announced < 1 << 16) {
			out.write(masked | 126);
			out.write(announced >> 8);
			out.write(announced);
		}
		else {
			out.write(masked | 127);
			for (int shift = 56; shift >= 0; shift -= 8) {
				out.write((int) ((long) announced * (random.nextInt(4) == 0 ? -1 : 1) >> shift));
			}
		}
		byte[] mask = new byte[4];
		random.nextBytes(mask);
		if (masked != 0) {
			out.writeBytes(mask);
			for (int i = 0; i < payload.length; i++) {
				payload[i] ^= mask[i % 4];
			}
		}
		out.writeBytes(payload);
	}

	private static byte[] payload(Random random, int opcode) {
		if (opcode == 0x8 && random.nextInt(4) != 0) {
			int code = CODES.get(random.nextInt(CODES.size()));
			return new byte[] { (byte) (code >> 8), (byte) code };
		}
		byte[] payload = new byte[switch (random.nextInt(6)) {
			case 0 -> 0;
			case 1 -> random.nextInt(2000);
			default -> random.nextInt(100);
		}];
		if (random.nextInt(4) == 0) {
			random.nextBytes(payload);
		}
		else {
			java.util.Arrays.fill(payload, (byte) 'x');
		}
		return payload;
	}

}

package io.microspring.registry.mdns;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.DeflaterOutputStream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.microspring.registry.Change;
import io.microspring.registry.MdnsOptions;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.test.Fuzz;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** Recorded packets with errors in them do no harm, by multicast and over loopback. */
class MdnsFuzzTest {

	private final List<byte[]> recorded = Recording.all()
		.flatMap((recording) -> recording.packets().stream())
		.map(Recording.Packet::bytes)
		.toList();

	@Test
	void anythingIsReadOrRefusedAndNothingElse() {
		Domain domain = new Domain("micro");
		AtomicInteger read = new AtomicInteger();
		int attempts = Fuzz.run((random) -> {
			try {
				DnsMessage message = DnsMessage.decode(mutated(random));
				domain.instances(message, (name) -> true);
				domain.listed(message);
				domain.incomplete(message, "go.micro.srv.greeter.micro.");
				message.encode();
				read.incrementAndGet();
			}
			catch (RuntimeException ex) {
				// What the registry catches; an Error it would not.
				assertThat(ex.getMessage()).isNotBlank();
			}
		});
		assertThat(attempts == 1 || (read.get() > 0 && read.get() < attempts)).isTrue();
	}

	@Test
	void textIsReadOrRefusedAndNothingElse() {
		Fuzz.run((random) -> {
			byte[] json = json(random).getBytes(StandardCharsets.UTF_8);
			try {
				Txt txt = Txt.decode(text(json));
				assertThat(Txt.decode(txt.encode())).isEqualTo(txt);
			}
			catch (IllegalArgumentException ex) {
				assertThat(ex.getMessage()).isNotBlank();
			}
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void registryGoesOnReadingAndLogsNothing(boolean multicast) throws IOException {
		MdnsOptions options = Ports.free().withMulticast(multicast);
		List<Change> changes = new CopyOnWriteArrayList<>();
		try (Registry registry = Registry.mdns(options);
				Registry other = Registry.mdns(options);
				Peer peer = new Peer(options.port());
				DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
			registry.watch("", changes::add);
			registry.register(Service.of("own", "latest", Node.of("n1", "127.0.0.1:1")), Duration.ZERO);
			other.health();
			ListAppender<ILoggingEvent> log = new ListAppender<>();
			log.start();
			((Logger) LoggerFactory.getLogger("io.microspring.registry.mdns")).addAppender(log);
			Fuzz.run((random) -> {
				byte[] packet = mutated(random);
				if (multicast) {
					peer.announce(packet);
				}
				else {
					socket.send(new DatagramPacket(packet, packet.length, InetAddress.getLoopbackAddress(),
							options.port()));
				}
			});
			other.register(Service.of("after", "latest", Node.of("n2", "127.0.0.1:2")), Duration.ZERO);
			Awaitility.await().untilAsserted(() -> assertThat(registry.get("after")).hasSize(1));
			Awaitility.await().untilAsserted(() -> assertThat(other.get("own")).hasSize(1));
			Awaitility.await()
				.untilAsserted(
						() -> assertThat(changes).extracting((change) -> change.service().name()).contains("after"));
			assertThat(log.list).filteredOn((event) -> event.getLevel().isGreaterOrEqual(Level.INFO))
				.filteredOn((event) -> !event.getFormattedMessage().contains("passes over what comes later"))
				.isEmpty();
		}
	}

	/** A text with odd values in it, too deep, too long, or cut off. */
	private static String json(Random random) {
		StringBuilder json = new StringBuilder("{");
		for (String key : List.of("Service", "Version", "Endpoints", "Metadata", "ServiceMetadata", "Id", "Ttl")) {
			json.append(json.length() > 1 ? "," : "").append('"').append(key).append("\":").append(value(random, 0));
		}
		json.append('}');
		if (random.nextInt(5) == 0) {
			json.setLength(random.nextInt(json.length()));
		}
		return json.toString();
	}

	private static String value(Random random, int depth) {
		return switch (random.nextInt((depth < 6) ? 12 : 8)) {
			case 0 -> "null";
			case 1 -> String.valueOf(random.nextLong());
			case 2 -> "1e" + random.nextInt(1000);
			case 3 -> "true";
			case 4, 5 -> "\"go.micro.srv.greeter\"";
			case 6 -> "\"" + "\\u" + String.format("%04x", random.nextInt(0x10000)) + "\"";
			case 7 -> (random.nextInt(50) == 0) ? "[".repeat(random.nextInt(2000)) : "\"\"";
			case 8, 9 -> "[" + value(random, depth + 1) + "," + value(random, depth + 1) + "]";
			default -> "{\"name\":" + value(random, depth + 1) + ",\"request\":" + value(random, depth + 1)
					+ ",\"values\":" + value(random, depth + 1) + ",\"metadata\":" + value(random, depth + 1) + "}";
		};
	}

	private static ByteBuf text(byte[] json) {
		ByteArrayOutputStream zlib = new ByteArrayOutputStream();
		try (DeflaterOutputStream out = new DeflaterOutputStream(zlib)) {
			out.write(json);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		byte[] hex = HexFormat.of().formatHex(zlib.toByteArray()).getBytes(StandardCharsets.US_ASCII);
		ByteBuf content = Unpooled.buffer();
		for (int from = 0; from < hex.length; from += 255) {
			int length = Math.min(255, hex.length - from);
			content.writeByte(length).writeBytes(hex, from, length);
		}
		return content;
	}

	/**
	 * One that was recorded, with a few errors: other bytes, an end too early, a piece of
	 * another.
	 */
	private byte[] mutated(Random random) {
		byte[] packet = this.recorded.get(random.nextInt(this.recorded.size())).clone();
		for (int errors = 1 + random.nextInt(4); errors > 0; errors--) {
			switch (random.nextInt(5)) {
				case 0 -> packet[random.nextInt(packet.length)] = (byte) random.nextInt();
				case 1 -> packet[random.nextInt(Math.min(packet.length, 64))] ^= (byte) (1 << random.nextInt(8));
				case 2 -> packet = Arrays.copyOf(packet, 1 + random.nextInt(packet.length));
				case 3 -> {
					byte[] piece = this.recorded.get(random.nextInt(this.recorded.size()));
					int length = 1 + random.nextInt(Math.min(piece.length, packet.length));
					System.arraycopy(piece, random.nextInt(piece.length - length + 1), packet,
							random.nextInt(packet.length - length + 1), length);
				}
				default -> {
					int at = random.nextInt(packet.length);
					packet[at] = (byte) 0xc0;
					packet[(at + 1) % packet.length] = (byte) random.nextInt(packet.length);
				}
			}
		}
		return packet;
	}

}

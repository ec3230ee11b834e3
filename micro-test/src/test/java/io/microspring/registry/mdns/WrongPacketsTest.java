package io.microspring.registry.mdns;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.zip.Deflater;
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
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Packets that are wrong in one way each are passed over: nothing is believed of them,
 * nothing is logged, and what comes next is read.
 */
class WrongPacketsTest {

	private static final Duration TTL = Duration.ofMinutes(1);

	private static final NodeRecords GOOD = new NodeRecords(
			new Instance(Service.of("wrong", "1", Node.of("w", "127.0.0.1:7")), 120), new Domain("micro"));

	@ParameterizedTest(name = "{0}")
	@MethodSource("packets")
	void wrongPacketIsPassedOver(String what, byte[] packet) throws IOException {
		MdnsOptions options = Ports.free();
		List<Change> changes = new CopyOnWriteArrayList<>();
		ListAppender<ILoggingEvent> log = new ListAppender<>();
		Logger logger = (Logger) LoggerFactory.getLogger("io.microspring.registry.mdns");
		try (Registry registry = Registry.mdns(options); Peer peer = new Peer(options.port())) {
			registry.watch("", changes::add);
			registry.register(Service.of("own", "1", Node.of("o", "127.0.0.1:1")), TTL);
			log.start();
			logger.addAppender(log);
			for (int i = 0; i < 20; i++) {
				peer.announce(packet);
				peer.ask(packet);
			}
			Service right = Service.of("right", "1", Node.of("r", "127.0.0.1:2"));
			byte[] announcement = new NodeRecords(new Instance(right, 120), new Domain("micro")).announcement()
				.encode();
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
				peer.announce(announcement);
				return changes.size() == 2;
			});
			assertThat(changes).extracting((change) -> change.service().name()).containsExactly("own", "right");
			assertThat(log.list).filteredOn((event) -> event.getLevel().isGreaterOrEqual(Level.INFO)).isEmpty();
			assertThat(registry.get("wrong")).isEmpty();
		}
		finally {
			logger.detachAppender(log);
		}
	}

	static Stream<Arguments> packets() {
		byte[] good = GOOD.announcement().encode();
		byte[] flagged = GOOD.announcement().encode();
		flagged[3] = 3;
		byte[] update = GOOD.announcement().encode();
		update[2] |= 0x28;
		byte[] query = GOOD.announcement().encode();
		query[2] = 0;
		byte[] more = GOOD.announcement().encode();
		more[7] = 9;
		byte[] fewer = GOOD.announcement().encode();
		fewer[7] = 2;
		return Stream.of(Arguments.of("nothing", new byte[0]), Arguments.of("one byte", new byte[] { 1 }),
				Arguments.of("a name that points to itself", hex("000084000001000000000000c00c000c0001")),
				Arguments.of("two names that point to each other",
						hex("000084000000000200000000c00e000c0001c00c000c0001000000780002c00c")),
				Arguments.of("a record that is cut off", Arrays.copyOf(good, good.length - 9)),
				Arguments.of("a name that is cut off", Arrays.copyOf(good, 14)),
				Arguments.of("more records said than there are", more),
				Arguments.of("fewer records said than there are", fewer),
				Arguments.of("counts beyond all measure", hex("00008400ffffffffffffffff")),
				Arguments.of("another class", told(3, good(DnsRecordType.TXT))), Arguments.of("an error code", flagged),
				Arguments.of("another opcode", update), Arguments.of("a query that tells", query),
				Arguments.of("65507 bytes of nothing", new byte[65_507]),
				Arguments.of("9001 bytes that point back", filled(9001, (byte) 0xc0)),
				Arguments.of("a text that is no hex", text("zz")), Arguments.of("half a hex digit", text("789c0")),
				Arguments.of("a text that is no zlib", text("00112233")),
				Arguments.of("a zlib that is cut off",
						text(HexFormat.of().formatHex(zlib("{}".getBytes())).substring(0, 8))),
				Arguments.of("a bomb of 30 MB", text(HexFormat.of().formatHex(zlib(new byte[30 << 20])))),
				Arguments.of("a text that is no JSON", json("{\"Service\":\"wrong\"")),
				Arguments.of("a number for JSON", json("5")), Arguments.of("a list for JSON", json("[]")),
				Arguments.of("JSON of 100000 levels", json("[".repeat(100_000))),
				Arguments.of("a service that is an object", json("{\"Service\":{},\"Version\":\"1\"}")),
				Arguments.of("no version", json("{\"Service\":\"wrong\"}")),
				Arguments.of("another service's text", json("{\"Service\":\"other\",\"Version\":\"1\"}")));
	}

	private static byte[] json(String json) {
		return text(HexFormat.of().formatHex(zlib(json.getBytes(StandardCharsets.UTF_8))));
	}

	/** A right announcement, but for its text. */
	private static byte[] text(String text) {
		byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
		ByteBuffer strings = ByteBuffer.allocate(ascii.length + ascii.length / 255 + 1);
		for (int from = 0; from < ascii.length; from += 255) {
			int length = Math.min(255, ascii.length - from);
			strings.put((byte) length).put(ascii, from, length);
		}
		return told(DnsRecord.CLASS_IN, new DefaultDnsRawRecord(GOOD.instanceName(), DnsRecordType.TXT, 120,
				Unpooled.wrappedBuffer(strings.flip())));
	}

	private static byte[] told(int dnsClass, DefaultDnsRawRecord text) {
		DefaultDnsRawRecord port = good(DnsRecordType.SRV);
		DefaultDnsRawRecord service = new DefaultDnsRawRecord(port.name(), port.type(), dnsClass, 120, port.content());
		return DnsMessage.announcement(List.of(service, good(DnsRecordType.A), text)).encode();
	}

	private static DefaultDnsRawRecord good(DnsRecordType type) {
		return (DefaultDnsRawRecord) GOOD.announcement()
			.answers()
			.stream()
			.filter((record) -> record.type().equals(type))
			.findFirst()
			.orElseThrow();
	}

	private static byte[] zlib(byte[] plain) {
		ByteArrayOutputStream zlib = new ByteArrayOutputStream();
		try (DeflaterOutputStream out = new DeflaterOutputStream(zlib, new Deflater(Deflater.BEST_COMPRESSION))) {
			out.write(plain);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		return zlib.toByteArray();
	}

	private static byte[] filled(int length, byte with) {
		byte[] bytes = new byte[length];
		Arrays.fill(bytes, 12, length, with);
		bytes[2] = (byte) 0x84;
		bytes[7] = 1;
		return bytes;
	}

	private static byte[] hex(String hex) {
		return HexFormat.of().parseHex(hex);
	}

}

package io.microspring.registry.mdns;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.microspring.registry.Change;
import io.microspring.registry.MdnsOptions;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** Recorded packets with errors in them do no harm, by multicast and over loopback. */
class MalformedPacketsTest {

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(1);

	private final List<byte[]> recorded = Recording.all()
		.flatMap((recording) -> recording.packets().stream())
		.map(Recording.Packet::bytes)
		.toList();

	@ParameterizedTest
	@ValueSource(longs = { 1, 4711, 20261121 })
	void anythingIsReadOrRefusedAndNothingElse(long seed) {
		Random random = new Random(seed);
		Domain domain = new Domain("micro");
		long end = System.nanoTime() + LONG_ENOUGH.toNanos();
		int read = 0;
		int refused = 0;
		while (System.nanoTime() < end || read == 0 || refused == 0) {
			try {
				DnsMessage message = DnsMessage.decode(mutated(random));
				domain.instances(message, (name) -> true);
				domain.listed(message);
				domain.incomplete(message, "go.micro.srv.greeter.micro.");
				read++;
			}
			catch (RuntimeException ex) {
				// What the registry catches; an Error it would not.
				assertThat(ex.getMessage()).isNotBlank();
				refused++;
			}
		}
		assertThat(read).isPositive();
		assertThat(refused).isPositive();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void registryGoesOnReadingAndLogsNothing(boolean multicast) throws IOException {
		MdnsOptions options = Ports.free().withMulticast(multicast);
		List<Change> changes = new CopyOnWriteArrayList<>();
		try (Registry registry = Registry.mdns(options);
				Registry other = Registry.mdns(options);
				Peer peer = new Peer(options.port());
				DatagramSocket loopback = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
			registry.watch("", changes::add);
			registry.register(Service.of("own", "latest", Node.of("n1", "127.0.0.1:1")), Duration.ZERO);
			other.health();
			ListAppender<ILoggingEvent> log = new ListAppender<>();
			log.start();
			((Logger) LoggerFactory.getLogger("io.microspring.registry.mdns")).addAppender(log);
			Random random = new Random(4711);
			long end = System.nanoTime() + LONG_ENOUGH.toNanos();
			while (System.nanoTime() < end) {
				byte[] packet = mutated(random);
				if (multicast) {
					peer.announce(packet);
				}
				else {
					loopback.send(new DatagramPacket(packet, packet.length, InetAddress.getLoopbackAddress(),
							options.port()));
				}
			}
			other.register(Service.of("after", "latest", Node.of("n2", "127.0.0.1:2")), Duration.ZERO);
			Awaitility.await().untilAsserted(() -> assertThat(registry.get("after")).hasSize(1));
			Awaitility.await().untilAsserted(() -> assertThat(other.get("own")).hasSize(1));
			Awaitility.await()
				.untilAsserted(
						() -> assertThat(changes).extracting((change) -> change.service().name()).contains("after"));
			assertThat(log.list).filteredOn((event) -> event.getLevel().isGreaterOrEqual(Level.INFO)).isEmpty();
		}
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

package io.microspring.plugins.registry.gossip;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.zip.CRC32;

import io.microspring.plugins.registry.gossip.StreamMessage.MemberState;
import io.microspring.registry.Node;
import io.microspring.registry.Service;
import io.microspring.test.Fuzz;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What members send is read as it is meant, and what only looks like it is refused. */
class GossipFuzzTest {

	private static final Keyring NO_KEYS = new Keyring(List.of());

	private static final Keyring KEYS = new Keyring(List.of("sixteen bytes  1".getBytes()));

	private static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 7946);

	private static final Message.Alive ALIVE = new Message.Alive(3, "a", ADDRESS, new byte[] { 1 },
			new byte[] { 1, 5, 2, 0, 0, 0 });

	private static final Message.Source SOURCE = new Message.Source(ADDRESS, "b");

	private static final List<Message> MESSAGES = List.of(new Message.Ping(0xffffffffL, "a", SOURCE),
			new Message.Ping(1, "", new Message.Source(null, "")),
			new Message.IndirectPing(70_000, ADDRESS, "a", true, SOURCE), new Message.Ack(200), new Message.Nack(5),
			new Message.Suspect(1, "a", "b"), new Message.Dead(300, "x".repeat(300), "b"));

	@Test
	void messagesAreReadAsTheyAreWritten() {
		for (Keyring keyring : List.of(NO_KEYS, KEYS)) {
			PacketCodec codec = new PacketCodec(keyring, true);
			List<byte[]> encoded = MESSAGES.stream().map(Message::encode).map(codec::compressed).toList();
			assertThat(decode(codec, codec.encode(encoded))).isEqualTo(MESSAGES);
			assertThat(decode(codec, codec.encode(List.of(ALIVE.encode())))).singleElement()
				.usingRecursiveComparison()
				.isEqualTo(ALIVE);
		}
	}

	@Test
	void checksumInFrontIsChecked() {
		byte[] message = new Message.Ack(7).encode();
		CRC32 crc = new CRC32();
		crc.update(message);
		byte[] packet = new byte[5 + message.length];
		packet[0] = Message.CHECKED;
		for (int i = 0; i < 4; i++) {
			packet[1 + i] = (byte) (crc.getValue() >>> (24 - 8 * i));
		}
		System.arraycopy(message, 0, packet, 5, message.length);
		PacketCodec codec = new PacketCodec(NO_KEYS, true);
		assertThat(decode(codec, packet)).containsExactly(new Message.Ack(7));
		packet[2]++;
		assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> decode(codec, packet));
	}

	/** What Go's compress/lzw makes of the same. */
	@Test
	void compressionIsGos() {
		assertThat(hex(Lzw.compress(bytes("")))).isEqualTo("000302");
		assertThat(hex(Lzw.compress(bytes("a")))).isEqualTo("00c30404");
		assertThat(hex(Lzw.compress(bytes("tobeornottobeortobeornot"))))
			.isEqualTo("00e9bc1153e68d1c376fe80824687061c183090302");
		byte[] many = new byte[100_000];
		int state = 1;
		for (int i = 0; i < many.length; i++) {
			state = state * 1664525 + 1013904223;
			many[i] = (byte) ((state >>> 24) & 0x3f);
		}
		byte[] compressed = Lzw.compress(many);
		CRC32 crc = new CRC32();
		crc.update(compressed);
		assertThat(compressed).hasSize(104_290);
		assertThat(crc.getValue()).isEqualTo(3_383_716_848L);
		assertThat(Lzw.decompress(compressed, many.length)).isEqualTo(many);
		assertThatExceptionOfType(MalformedException.class)
			.isThrownBy(() -> Lzw.decompress(compressed, many.length - 1));
	}

	@Test
	void anythingIsCompressedAndBack() {
		Fuzz.run((random) -> {
			byte[] plain = new byte[random.nextInt(20_000)];
			int letters = 1 + random.nextInt(256);
			for (int i = 0; i < plain.length; i++) {
				plain[i] = (byte) random.nextInt(letters);
			}
			assertThat(Lzw.decompress(Lzw.compress(plain), plain.length)).isEqualTo(plain);
		});
	}

	@Test
	void oddPacketsAreRefused() {
		PacketCodec codec = new PacketCodec(NO_KEYS, true);
		List<byte[]> good = new ArrayList<>(MESSAGES.stream().map(Message::encode).toList());
		good.add(ALIVE.encode());
		good.add(codec.encode(good));
		good.add(PacketCodec.compress(good.get(good.size() - 1)));
		good.add(update().encode());
		fuzz(good, (packet) -> decode(codec, packet));
		fuzz(good, Update::decode);
	}

	@Test
	void oddStreamsAreRefused() {
		for (Keyring keyring : List.of(NO_KEYS, KEYS)) {
			StreamCodec plain = new StreamCodec(keyring, false);
			StreamCodec codec = new StreamCodec(keyring, true);
			StreamMessage exchange = new StreamMessage.PushPull(true,
					List.of(new MemberState(ALIVE, 0), new MemberState(ALIVE, 3)), state());
			List<StreamMessage> messages = List.of(exchange, new StreamMessage.Failure("no"),
					new StreamMessage.Single(new Message.Ping(1, "a", SOURCE)),
					new StreamMessage.Single(new Message.Ack(7)),
					new StreamMessage.Single(new Message.User(update().encode())));
			List<byte[]> good = new ArrayList<>();
			for (StreamMessage message : messages) {
				good.add(codec.encode(message));
				good.add(plain.encode(message));
				assertThat(codec.decode(plain.encode(message))).usingRecursiveComparison().isEqualTo(message);
				assertThat(codec.decode(codec.encode(message))).usingRecursiveComparison().isEqualTo(message);
			}
			for (byte[] each : good) {
				IntStream.range(0, each.length)
					.forEach((length) -> assertThatExceptionOfType(IncompleteException.class)
						.isThrownBy(() -> codec.decode(Arrays.copyOf(each, length)))
						.matches((ex) -> ex.needed() > length && ex.needed() <= each.length));
			}
			fuzz(good, codec::decode);
		}
	}

	@Test
	void oddStatesAndServicesAreRefused() {
		fuzz(List.of(state(), update().data()), (json) -> {
			ServiceState.read(json, 1);
			ServiceState.readService(json);
		});
	}

	private static void fuzz(List<byte[]> good, Consumer<byte[]> reader) {
		Fuzz.run((random) -> {
			byte[] odd = odd(good.get(random.nextInt(good.size())).clone(), random);
			try {
				reader.accept(odd);
			}
			catch (MalformedException ignored) {
				// as it should be
			}
		});
	}

	private static byte[] odd(byte[] good, Random random) {
		if (random.nextInt(8) == 0) {
			byte[] noise = new byte[random.nextInt(200)];
			random.nextBytes(noise);
			return noise;
		}
		byte[] odd = Arrays.copyOf(good, random.nextBoolean() ? good.length : random.nextInt(good.length + 1));
		for (int i = random.nextInt(5); i > 0 && odd.length > 0; i--) {
			odd[random.nextInt(odd.length)] = (byte) random.nextInt(256);
		}
		return odd;
	}

	private static List<Message> decode(PacketCodec codec, byte[] packet) {
		List<Message> messages = new ArrayList<>();
		codec.decode(packet, messages::add);
		return messages;
	}

	private static Update update() {
		return new Update(1L << 60, Update.CREATE, "a", 5,
				ServiceState.writeService(Service.of("greeter", "1", Node.of("n", "a:1"))));
	}

	private static byte[] state() {
		return ServiceState.write(List.of(
				new ServiceTable.Entry(Service.of("greeter", "1", Node.of("n", "a:1")), 1L << 60, 1L << 59, "a"),
				new ServiceTable.Entry(Service.of("greeter", "1", Node.of("m", "a:2")), 1L << 60, 1L << 59, "")));
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static String hex(byte[] bytes) {
		return HexFormat.of().formatHex(bytes);
	}

}

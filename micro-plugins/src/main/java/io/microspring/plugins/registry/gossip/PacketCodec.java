package io.microspring.plugins.registry.gossip;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32;

/**
 * Packs messages into packets, and unpacks those of others: several to a packet,
 * compressed one by one or all together, with or without a checksum, encrypted or not.
 * Thread-safe.
 */
final class PacketCodec {

	/** What memberlist puts into a packet at the most, so that no network splits it. */
	static final int MAX_PACKET = 1400;

	/** What a message takes in a packet besides itself. */
	static final int MESSAGE_OVERHEAD = 2;

	/** What goes along with a message of its own; a byte counts all. */
	static final int MAX_BROADCASTS = 250;

	/** As many as a byte can count. */
	private static final int MAX_MESSAGES = 255;

	/** A datagram cannot hold more, and little gets larger by being read. */
	private static final int MAX_DECOMPRESSED = 1 << 18;

	/** Encrypted, checked, compressed, several, each compressed. */
	private static final int MAX_DEPTH = 4;

	private static final int COMPOUND_OVERHEAD = 2;

	private static final byte[] NO_CONTEXT = new byte[0];

	private final Keyring keyring;

	private final boolean compression;

	PacketCodec(Keyring keyring, boolean compression) {
		this.keyring = keyring;
		this.compression = compression;
	}

	/** How much room a packet has for messages, with {@link #MESSAGE_OVERHEAD} each. */
	int room() {
		return MAX_PACKET - COMPOUND_OVERHEAD - (this.keyring.isEmpty() ? 0 : Keyring.OVERHEAD);
	}

	/** Whether a message can be in a packet. */
	boolean fits(byte[] message) {
		return message.length + MESSAGE_OVERHEAD <= room();
	}

	/** The message, or the same compressed where that is shorter. */
	byte[] compressed(byte[] message) {
		if (!this.compression) {
			return message;
		}
		byte[] compressed = compress(message);
		return (compressed.length < message.length) ? compressed : message;
	}

	/**
	 * A message, compressed.
	 * @param message the message
	 * @return the message that holds it
	 */
	static byte[] compress(byte[] message) {
		return new Fields().with("Algo", 0).with("Buf", Lzw.compress(message)).message(Message.COMPRESSED);
	}

	/**
	 * Reads what was compressed.
	 * @param in what stands behind the type
	 * @param limit how many bytes may come of it
	 * @return the message in it
	 */
	static byte[] decompress(Input in, int limit) {
		Fields fields = Fields.read(in);
		if (fields.number("Algo") != 0) {
			throw new MalformedException("compressed by an unknown algorithm");
		}
		return Lzw.decompress(fields.bytes("Buf"), limit);
	}

	/**
	 * A packet of messages.
	 * @param messages the messages, one at least
	 * @return what is sent
	 */
	byte[] encode(List<byte[]> messages) {
		byte[] packet = (messages.size() == 1) ? messages.get(0) : compound(messages);
		return this.keyring.isEmpty() ? packet : this.keyring.encrypt(packet, NO_CONTEXT);
	}

	private static byte[] compound(List<byte[]> messages) {
		if (messages.size() > MAX_MESSAGES) {
			throw new IllegalArgumentException(messages.size() + " messages in a packet");
		}
		ByteArrayOutputStream out = new ByteArrayOutputStream(MAX_PACKET);
		out.write(Message.COMPOUND);
		out.write(messages.size());
		for (byte[] message : messages) {
			out.write(message.length >>> 8);
			out.write(message.length);
		}
		messages.forEach(out::writeBytes);
		return out.toByteArray();
	}

	/**
	 * Reads a packet.
	 * @param packet what came
	 * @param reader is given each message, in their order
	 * @throws MalformedException when something of it is no message; what was before that
	 * has been given to the reader
	 */
	void decode(byte[] packet, Consumer<Message> reader) {
		byte[] plain = this.keyring.isEmpty() ? packet : this.keyring.decrypt(packet, NO_CONTEXT);
		if (plain.length > 5 && plain[0] == Message.CHECKED) {
			Input in = new Input(plain);
			in.skip(1);
			long expected = in.readInt();
			plain = in.readRest();
			CRC32 actual = new CRC32();
			actual.update(plain);
			if (actual.getValue() != expected) {
				throw new MalformedException("another checksum");
			}
		}
		decode(plain, reader, MAX_DEPTH);
	}

	private static void decode(byte[] message, Consumer<Message> reader, int depth) {
		if (depth == 0) {
			throw new MalformedException("messages within messages, too deep");
		}
		Input in = new Input(message);
		int type = in.read();
		switch (type) {
			case Message.COMPOUND -> {
				for (byte[] part : parts(in)) {
					decode(part, reader, depth - 1);
				}
			}
			case Message.COMPRESSED -> decode(decompress(in, MAX_DECOMPRESSED), reader, depth - 1);
			default -> reader.accept(Message.read(type, in));
		}
	}

	/** What was cut off is left out, as memberlist does it. */
	private static List<byte[]> parts(Input in) {
		int count = in.read();
		int[] lengths = new int[count];
		for (int i = 0; i < count; i++) {
			lengths[i] = in.readShort();
		}
		List<byte[]> parts = new ArrayList<>(count);
		for (int i = 0; i < count && lengths[i] <= in.remaining(); i++) {
			parts.add(in.readBytes(lengths[i]));
		}
		return parts;
	}

}

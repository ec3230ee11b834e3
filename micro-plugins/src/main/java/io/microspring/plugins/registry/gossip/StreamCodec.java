package io.microspring.plugins.registry.gossip;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Packs a message for a connection, and unpacks those of others: compressed or not, and
 * then encrypted or not. Thread-safe.
 */
final class StreamCodec {

	/** Type and length, which encryption protects, too. */
	private static final int ENCRYPTED_HEADER = 5;

	private final Keyring keyring;

	private final boolean compression;

	StreamCodec(Keyring keyring, boolean compression) {
		this.keyring = keyring;
		this.compression = compression;
	}

	byte[] encode(StreamMessage message) {
		byte[] plain = this.compression ? PacketCodec.compress(message.encode()) : message.encode();
		if (this.keyring.isEmpty()) {
			return plain;
		}
		int length = plain.length + Keyring.OVERHEAD;
		byte[] header = { Message.ENCRYPTED, (byte) (length >>> 24), (byte) (length >>> 16), (byte) (length >>> 8),
				(byte) length };
		ByteArrayOutputStream out = new ByteArrayOutputStream(header.length + length);
		out.writeBytes(header);
		out.writeBytes(this.keyring.encrypt(plain, header));
		return out.toByteArray();
	}

	/**
	 * Reads a message.
	 * @param data what has come so far
	 * @return the message
	 * @throws IncompleteException when more has to come
	 * @throws MalformedException when it is none
	 */
	StreamMessage decode(byte[] data) {
		Input in = new Input(data);
		int type = in.read();
		if (type == Message.ENCRYPTED) {
			if (this.keyring.isEmpty()) {
				throw new MalformedException("encrypted, but there is no secret here");
			}
			long length = in.readInt();
			if (length > StreamMessage.MAX_LENGTH) {
				throw new MalformedException(length + " bytes at once");
			}
			byte[] encrypted = in.readBytes(length);
			return plain(this.keyring.decrypt(encrypted, Arrays.copyOf(data, ENCRYPTED_HEADER)));
		}
		if (!this.keyring.isEmpty()) {
			throw new MalformedException("not encrypted, but there is a secret here");
		}
		return read(type, in);
	}

	/** Here everything is there: nothing can be incomplete any more. */
	private static StreamMessage plain(byte[] data) {
		try {
			Input in = new Input(data);
			return read(in.read(), in);
		}
		catch (IncompleteException ex) {
			throw new MalformedException("a message that ends too early");
		}
	}

	private static StreamMessage read(int type, Input in) {
		if (type != Message.COMPRESSED) {
			return StreamMessage.read(type, in);
		}
		byte[] message = PacketCodec.decompress(in, StreamMessage.MAX_LENGTH);
		Input decompressed = new Input(message);
		try {
			return StreamMessage.read(decompressed.read(), decompressed);
		}
		catch (IncompleteException ex) {
			throw new MalformedException("a message that ends too early");
		}
	}

}

package io.microspring.test.recording;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads packets of multicast DNS: once more, so that the registry under test is looked at
 * from outside.
 */
final class DnsReader {

	private static final String HOST = "<host>";

	private static final int HEADER = 12;

	private static final int MOST_STEPS = 128;

	private final byte[] bytes;

	private final ByteBuffer in;

	private final List<Integer> lifetimes = new ArrayList<>();

	/** The targets of SRV records: the name of the host, different on each. */
	private final Set<String> hosts = new HashSet<>();

	DnsReader(byte[] bytes) {
		this.bytes = bytes;
		this.in = ByteBuffer.wrap(bytes);
	}

	/**
	 * Reads the packet.
	 * @throws IllegalArgumentException when it is none
	 */
	DnsPacket packet() {
		try {
			int id = number();
			int flags = number();
			int[] counts = { number(), number(), number(), number() };
			List<String> questions = new ArrayList<>();
			for (int i = 0; i < counts[0]; i++) {
				questions.add(name() + " " + type(number()) + " " + number());
			}
			return new DnsPacket(id, flags, questions, resources(counts[1]), resources(counts[2]),
					resources(counts[3]));
		}
		catch (BufferUnderflowException | IndexOutOfBoundsException ex) {
			throw new IllegalArgumentException("No DNS packet: it ends after " + this.bytes.length + " bytes", ex);
		}
	}

	/**
	 * The packet with other times to live.
	 * @param seconds that of each record
	 * @return a copy
	 */
	byte[] living(int seconds) {
		this.in.position(0);
		packet();
		ByteBuffer copy = ByteBuffer.wrap(this.bytes.clone());
		this.lifetimes.forEach((at) -> copy.putInt(at, seconds));
		return copy.array();
	}

	private List<Resource> resources(int count) {
		List<Resource> resources = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			String name = name();
			int type = number();
			int dnsClass = number();
			this.lifetimes.add(this.in.position());
			long ttl = Integer.toUnsignedLong(this.in.getInt());
			int end = number() + this.in.position();
			Object data = data(type, end);
			this.in.position(end);
			resources.add(new Resource(this.hosts.contains(name) ? HOST : name, type(type), dnsClass, ttl, data));
		}
		return resources;
	}

	private Object data(int type, int end) {
		return switch (type) {
			case 12 -> name();
			case 33 -> {
				String numbers = number() + " " + number() + " " + number() + " ";
				this.hosts.add(name());
				yield numbers + HOST;
			}
			case 16 -> text(end);
			default -> {
				StringBuilder address = new StringBuilder();
				while (this.in.position() < end) {
					address.append((this.in.position() < end && !address.isEmpty()) ? "." : "")
						.append(this.in.get() & 0xff);
				}
				yield address.toString();
			}
		};
	}

	/** The record of a listing has an empty one. */
	private Object text(int end) {
		StringBuilder strings = new StringBuilder();
		while (this.in.position() < end) {
			byte[] string = new byte[this.in.get() & 0xff];
			this.in.get(string);
			strings.append(new String(string, StandardCharsets.US_ASCII));
		}
		return strings.isEmpty() ? "" : DnsText.of(strings.toString());
	}

	private String name() {
		StringBuilder name = new StringBuilder();
		int at = this.in.position();
		int behind = -1;
		for (int steps = 0; steps < MOST_STEPS; steps++) {
			int length = this.bytes[at++] & 0xff;
			if (length == 0) {
				this.in.position((behind < 0) ? at : behind);
				return name.isEmpty() ? "." : name.toString();
			}
			if (length >= 0xc0) {
				behind = (behind < 0) ? at + 1 : behind;
				at = Math.max(HEADER, (length & 0x3f) << 8 | this.bytes[at] & 0xff);
			}
			else {
				name.append(new String(this.bytes, at, length, StandardCharsets.UTF_8)).append('.');
				at += length;
			}
		}
		throw new IllegalArgumentException("No DNS packet: a name without an end");
	}

	private int number() {
		return this.in.getShort() & 0xffff;
	}

	private static String type(int type) {
		return switch (type) {
			case 1 -> "A";
			case 12 -> "PTR";
			case 16 -> "TXT";
			case 28 -> "AAAA";
			case 33 -> "SRV";
			case 255 -> "ANY";
			default -> "TYPE" + type;
		};
	}

	/**
	 * One record.
	 *
	 * @param name whose
	 * @param type its type
	 * @param dnsClass its class
	 * @param ttl its time to live in seconds
	 * @param data what it says: a {@link DnsText}, or a text
	 */
	record Resource(String name, String type, int dnsClass, long ttl, Object data) {

		@Override
		public String toString() {
			return this.name + " " + this.type + " " + this.dnsClass + " " + this.ttl + " " + this.data;
		}

	}

}

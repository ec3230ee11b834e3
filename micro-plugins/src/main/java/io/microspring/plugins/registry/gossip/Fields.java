package io.microspring.plugins.registry.gossip;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * One of memberlist's structures: a map of names to numbers, strings and truth values, in
 * the form of MessagePack that there was before it told strings from bytes (hashicorp's
 * go-msgpack writes it by default, and reads no other). Of that form no more is written
 * than memberlist needs, and all that it may send is read or skipped: less than a library
 * would have to be told. Not thread-safe.
 */
final class Fields {

	private static final int MAX_FIELDS = 64;

	private static final int MAX_NAME = 64;

	private static final int MAX_DEPTH = 8;

	private static final long MAX_UNSIGNED_INT = 0xffffffffL;

	private final Map<String, Object> values = new LinkedHashMap<>();

	Fields with(String name, long value) {
		this.values.put(name, value);
		return this;
	}

	Fields with(String name, boolean value) {
		this.values.put(name, value);
		return this;
	}

	Fields with(String name, byte[] value) {
		this.values.put(name, value);
		return this;
	}

	Fields with(String name, String value) {
		return with(name, value.getBytes(StandardCharsets.UTF_8));
	}

	/** A number from 0 to the highest of 32 bits; 0 when there is none. */
	long number(String name) {
		Object value = this.values.get(name);
		if (value == null) {
			return 0;
		}
		if (value instanceof Long number && number >= 0 && number <= MAX_UNSIGNED_INT) {
			return number;
		}
		throw new MalformedException(name + " is no number of 32 bits");
	}

	/** The bytes; none when there are none. */
	byte[] bytes(String name) {
		Object value = this.values.get(name);
		if (value == null) {
			return new byte[0];
		}
		if (value instanceof byte[] bytes) {
			return bytes;
		}
		throw new MalformedException(name + " is no string");
	}

	/** The string; empty when there is none. */
	String text(String name, int maxLength) {
		byte[] bytes = bytes(name);
		if (bytes.length > maxLength) {
			throw new MalformedException(name + " has " + bytes.length + " bytes");
		}
		return new String(bytes, StandardCharsets.UTF_8);
	}

	boolean flag(String name) {
		return Boolean.TRUE.equals(this.values.get(name));
	}

	/**
	 * Writes the map.
	 * @param out where to
	 */
	void write(ByteArrayOutputStream out) {
		out.write(0x80 | this.values.size());
		this.values.forEach((name, value) -> {
			write(name.getBytes(StandardCharsets.UTF_8), out);
			if (value instanceof Long number) {
				write(number, out);
			}
			else if (value instanceof byte[] bytes) {
				write(bytes, out);
			}
			else {
				out.write(Boolean.TRUE.equals(value) ? 0xc3 : 0xc2);
			}
		});
	}

	/** The map behind a byte that says what it is. */
	byte[] message(int type) {
		ByteArrayOutputStream out = new ByteArrayOutputStream(128);
		out.write(type);
		write(out);
		return out.toByteArray();
	}

	private static void write(long number, ByteArrayOutputStream out) {
		if (number < 0x80) {
			out.write((int) number);
			return;
		}
		int bytes = (number <= 0xff) ? 1 : (number <= 0xffff) ? 2 : (number <= MAX_UNSIGNED_INT) ? 4 : 8;
		out.write(0xcc + Integer.numberOfTrailingZeros(bytes));
		write(number, bytes, out);
	}

	private static void write(byte[] bytes, ByteArrayOutputStream out) {
		if (bytes.length < 32) {
			out.write(0xa0 | bytes.length);
		}
		else if (bytes.length <= 0xffff) {
			out.write(0xda);
			write(bytes.length, 2, out);
		}
		else {
			out.write(0xdb);
			write(bytes.length, 4, out);
		}
		out.writeBytes(bytes);
	}

	private static void write(long number, int bytes, ByteArrayOutputStream out) {
		for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
			out.write((int) (number >>> shift));
		}
	}

	/**
	 * Reads a map. Values of other kinds are skipped.
	 * @param in where from
	 * @return the fields
	 */
	static Fields read(Input in) {
		int type = in.read();
		long size = switch (type) {
			case 0xde -> in.read(2);
			case 0xdf -> in.read(4);
			default -> {
				if ((type & 0xf0) != 0x80) {
					throw new MalformedException("no map but " + Integer.toHexString(type));
				}
				yield type & 0x0f;
			}
		};
		if (size > MAX_FIELDS) {
			throw new MalformedException("a map of " + size + " fields");
		}
		Fields fields = new Fields();
		for (long i = 0; i < size; i++) {
			byte[] name = value(in, MAX_DEPTH) instanceof byte[] bytes ? bytes : new byte[0];
			Object value = value(in, MAX_DEPTH);
			if (value != null && name.length <= MAX_NAME) {
				fields.values.put(new String(name, StandardCharsets.UTF_8), value);
			}
		}
		return fields;
	}

	/** Null for nothing, and for what is skipped. */
	private static @Nullable Object value(Input in, int depth) {
		int type = in.read();
		if (type < 0x80) {
			return (long) type;
		}
		if (type >= 0xe0) {
			return (long) (byte) type;
		}
		if (type < 0xa0) {
			return skip(in, (type < 0x90) ? 2 * (type & 0x0f) : type & 0x0f, depth);
		}
		if (type < 0xc0) {
			return in.readBytes(type & 0x1f);
		}
		return switch (type) {
			case 0xc0 -> null;
			case 0xc2, 0xc3 -> type == 0xc3;
			case 0xc4, 0xd9 -> in.readBytes(in.read());
			case 0xc5, 0xda -> in.readBytes(in.read(2));
			case 0xc6, 0xdb -> in.readBytes(in.read(4));
			case 0xcc -> in.read(1);
			case 0xcd -> in.read(2);
			case 0xce -> in.read(4);
			case 0xcf, 0xd3 -> in.read(8);
			case 0xd0 -> (long) (byte) in.read();
			case 0xd1 -> (long) (short) in.read(2);
			case 0xd2 -> (long) (int) in.read(4);
			case 0xca -> skip(in, 4);
			case 0xcb -> skip(in, 8);
			case 0xc7, 0xc8, 0xc9 -> skip(in, in.read(1 << (type - 0xc7)) + 1);
			case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8 -> skip(in, (1 << (type - 0xd4)) + 1);
			case 0xdc -> skip(in, in.read(2), depth);
			case 0xdd -> skip(in, in.read(4), depth);
			case 0xde -> skip(in, 2 * in.read(2), depth);
			case 0xdf -> skip(in, 2 * in.read(4), depth);
			default -> throw new MalformedException("no value begins with " + Integer.toHexString(type));
		};
	}

	private static @Nullable Object skip(Input in, long bytes) {
		in.skip(bytes);
		return null;
	}

	private static @Nullable Object skip(Input in, long values, int depth) {
		if (depth == 0) {
			throw new MalformedException("values within values, too deep");
		}
		for (long i = 0; i < values; i++) {
			value(in, depth - 1);
		}
		return null;
	}

}

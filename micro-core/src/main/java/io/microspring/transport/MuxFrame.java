package io.microspring.transport;

import java.nio.charset.StandardCharsets;

import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Metadata;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * The frames of a multiplexed connection: {@code [length][type][id][rest]}. The length
 * has four bytes, the highest first, and counts what follows; the type has one; numbers
 * are varints as in protobuf; texts are UTF-8 behind their length; headers are their
 * count, then names and values. Calls and streams share the numbers that the caller gives
 * them. See docs/multiplex.md.
 */
final class MuxFrame {

	/** What the connection is upgraded to. */
	static final String PROTOCOL = "micro-mux/1";

	/** The name that nodes announce. */
	static final String NAME = "frames";

	/** Caller: the headers that many calls have in common; its id is their number. */
	static final int TEMPLATE = 1;

	/** Caller: template, time-out in nanoseconds or 0, headers, body. */
	static final int CALL = 2;

	/** Callee: headers, body. */
	static final int ANSWER = 3;

	/** Either end: a text; ends a call or a stream. */
	static final int FAILURE = 4;

	/** Callee: the call has not been looked at. */
	static final int REFUSED = 5;

	/** Either end: nobody waits any more, or nothing more will come. */
	static final int CANCEL = 6;

	/** Caller: headers; opens a stream. */
	static final int OPEN = 7;

	/** Callee: headers of a stream, before its first message. */
	static final int HEADERS = 8;

	/** Either end: a message of a stream. */
	static final int MESSAGE = 9;

	/** Caller: sends no more; callee: the stream has ended well. */
	static final int END = 10;

	/** Either end: how much more may be sent on a stream. */
	static final int CREDIT = 11;

	/** Either end: answered by {@link #PONG}. */
	static final int PING = 12;

	static final int PONG = 13;

	/** Either end: begin nothing more on this connection. */
	static final int GOODBYE = 14;

	/** Either end: what has no answer by now has not been looked at. */
	static final int FAREWELL = 15;

	/** How many templates a connection remembers. */
	static final int MOST_TEMPLATES = 1024;

	/**
	 * How large the templates of a connection may be together, in times the largest
	 * headers; a caller forgets its own at half of that, since their successors do not
	 * replace all of them at once.
	 */
	static final int MOST_TEMPLATE_HEADERS = 16;

	/** How many calls and streams may be under way on a connection. */
	static final int MOST_CALLS = 16_384;

	/** How many streams may be open on a connection. */
	static final int MOST_STREAMS = 1000;

	/** How much may be sent on a stream before credit is given. */
	static final int WINDOW = 256 * 1024;

	/** What a message costs beside its bytes, so that empty ones are not for nothing. */
	static final int COST = 64;

	static final int LENGTH = Integer.BYTES;

	/** The type, and the longest number. */
	static final int LONGEST_HEAD = 1 + 5;

	/** The bytes of the longest number that counts headers or their bytes. */
	private static final int LONGEST_NUMBER = 3;

	private MuxFrame() {
	}

	/**
	 * Begins a frame.
	 * @return where it begins, for {@link #end}
	 */
	static int begin(ByteBuf out, int type, int id) {
		int start = out.writerIndex();
		out.writeInt(0).writeByte(type);
		writeNumber(out, id);
		return start;
	}

	/** Ends a frame: its length is known now. */
	static void end(ByteBuf out, int start) {
		out.setInt(start, out.writerIndex() - start - LENGTH);
	}

	static void writeEmpty(ByteBuf out, int type, int id) {
		end(out, begin(out, type, id));
	}

	static void writeNumber(ByteBuf out, long number) {
		long rest = number;
		while ((rest & ~0x7fL) != 0) {
			out.writeByte((int) (rest & 0x7f | 0x80));
			rest >>>= 7;
		}
		out.writeByte((int) rest);
	}

	/**
	 * Reads a number.
	 * @throws MuxException when it is none, or negative
	 */
	static long readNumber(ByteBuf in) {
		long number = 0;
		for (int shift = 0; shift < 63; shift += 7) {
			if (!in.isReadable()) {
				throw new MuxException("a number ends too early");
			}
			byte next = in.readByte();
			number |= (next & 0x7fL) << shift;
			if (next >= 0) {
				return number;
			}
		}
		throw new MuxException("a number is too long");
	}

	static int readInt(ByteBuf in) {
		long number = readNumber(in);
		if (number > Integer.MAX_VALUE) {
			throw new MuxException("a number is too large: " + number);
		}
		return (int) number;
	}

	static void writeHeaders(ByteBuf out, Metadata headers) {
		writeNumber(out, headers.size());
		if (!headers.isEmpty()) {
			headers.forEach((name, value) -> {
				writeText(out, name);
				writeText(out, value);
			});
		}
	}

	/**
	 * Reads headers.
	 * @param in a frame
	 * @param limit how many bytes they may take
	 * @throws MuxException when they are none, or over a limit
	 */
	static Metadata readHeaders(ByteBuf in, int limit) {
		int begin = in.readerIndex();
		int count = readInt(in);
		if (count == 0) {
			return Metadata.empty();
		}
		if (count > Headers.MOST) {
			throw new MuxException("more than " + Headers.MOST + " headers");
		}
		Metadata.Builder headers = Metadata.builder();
		for (int i = 0; i < count; i++) {
			// As over HTTP/1.1, where go-micro writes them so.
			String name = HeaderNames.canonical(readText(in));
			headers.setIfAbsent(name, readText(in));
			if (in.readerIndex() - begin > limit) {
				throw new MuxException("headers of more than " + limit + " bytes");
			}
		}
		return headers.build();
	}

	/**
	 * Says whether headers may be sent.
	 * @param headers the headers
	 * @param limit how many bytes they may take
	 */
	static boolean mayWrite(Metadata headers, int limit) {
		return headers.isEmpty() || headers.size() <= Headers.MOST && size(headers) <= limit;
	}

	/**
	 * Refuses to send headers that are over a limit.
	 * @param headers the headers
	 * @param limit how many bytes they may take
	 * @param remote whom they are for
	 * @throws MicroException 431
	 */
	static void checkHeaders(Metadata headers, int limit, String remote) {
		if (!mayWrite(headers, limit)) {
			throw tooLarge(headers, limit, remote);
		}
	}

	static MicroException tooLarge(Metadata headers, int limit, String remote) {
		return MicroException.of(HttpSocket.ID, 431, headers.size() + " headers of " + size(headers)
				+ " bytes are not sent to " + remote + ": the limits are " + Headers.MOST + " and " + limit);
	}

	/** How many bytes headers take, or a few more. */
	static int size(Metadata headers) {
		int[] size = { LONGEST_NUMBER };
		headers.forEach((name,
				value) -> size[0] += 2 * LONGEST_NUMBER + ByteBufUtil.utf8Bytes(name) + ByteBufUtil.utf8Bytes(value));
		return size[0];
	}

	private static void writeText(ByteBuf out, String text) {
		int length = ByteBufUtil.utf8Bytes(text);
		writeNumber(out, length);
		ByteBufUtil.reserveAndWriteUtf8(out, text, length);
	}

	private static String readText(ByteBuf in) {
		int length = readInt(in);
		if (length > in.readableBytes()) {
			throw new MuxException("a text of " + length + " bytes, and " + in.readableBytes() + " are there");
		}
		return in.readString(length, StandardCharsets.UTF_8);
	}

	/** What is left of a frame. */
	static byte[] readRest(ByteBuf in) {
		byte[] rest = new byte[in.readableBytes()];
		in.readBytes(rest);
		return rest;
	}

}

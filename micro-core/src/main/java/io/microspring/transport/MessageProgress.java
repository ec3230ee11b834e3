package io.microspring.transport;

import java.util.List;

import io.microspring.message.Message;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.LastHttpContent;

/**
 * What is beside one of Netty's decoders: whole messages pass it by, and of all others it
 * is known whether the decoder is in the middle of one, so that a part has come and the
 * rest has not. Netty's decoders know but do not tell.
 */
final class MessageProgress {

	private final HttpScanner scanner;

	private boolean within;

	/**
	 * Whether the decoder remembers nothing, so that a message may pass it by: in front
	 * of all, and behind each message that it has completed. As soon as it is shown
	 * anything more, be it an empty line or a part of a head, it may remember that.
	 */
	private boolean between = true;

	MessageProgress(HttpScanner scanner) {
		this.scanner = scanner;
	}

	/**
	 * Reads a message by the decoder, if it is ordinary and all there.
	 * @param in the bytes
	 * @param out where the message goes
	 * @return false when the decoder is to look at the bytes
	 */
	boolean passedBy(ByteBuf in, List<Object> out) {
		Message whole = this.between ? this.scanner.next(in) : null;
		if (whole == null) {
			return false;
		}
		out.add(whole);
		return true;
	}

	/**
	 * A decoder has looked at its bytes.
	 * @param in the bytes; those in front of its reader index have been used
	 * @param before where the reader index was
	 * @param out what was decoded
	 */
	void decoded(ByteBuf in, int before, List<Object> out) {
		if (!out.isEmpty() && out.get(out.size() - 1) instanceof LastHttpContent) {
			this.within = false;
			this.between = true;
			return;
		}
		this.between = false;
		if (!this.within) {
			// Empty lines in front of a message, which old clients send behind a body,
			// begin nothing.
			for (int i = before; i < in.readerIndex() && !this.within; i++) {
				this.within = in.getByte(i) > ' ';
			}
		}
	}

	/**
	 * Whether used bytes belong to a message that is not complete.
	 * @return true within a message
	 */
	boolean isWithin() {
		return this.within;
	}

}

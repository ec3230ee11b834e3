package io.microspring.transport;

import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.LastHttpContent;

/**
 * Whether a decoder is in the middle of a message: a part has come and the rest has not.
 * Netty's decoders know but do not tell.
 */
final class MessageProgress {

	private boolean within;

	/** Whether the decoder has seen no more than whole messages. */
	private boolean between = true;

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

	/**
	 * Whether the decoder keeps nothing in mind of what it was shown, so that a message
	 * may pass it by.
	 * @return true in front of the first message, and behind one that is complete
	 */
	boolean isBetween() {
		return this.between;
	}

}

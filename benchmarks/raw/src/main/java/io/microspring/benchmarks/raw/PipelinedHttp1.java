package io.microspring.benchmarks.raw;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;

/**
 * As little of HTTP/1.1 as calls need that share a connection and are told apart by
 * {@code Micro-Id}: a head is one that both sides know, but for the number of the call
 * and the length of the body at its end. It is compared, not parsed.
 */
final class PipelinedHttp1 {

	private static final String CALL = "Micro-Service: bench\r\nMicro-Endpoint: Echoer.Call\r\n"
			+ "Micro-Method: Echoer.Call\r\nMicro-Id: ";

	static final byte[] REQUEST = ascii("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
			+ "User-Agent: Go-http-client/1.1\r\nAccept: application/protobuf\r\n"
			+ "Content-Type: application/protobuf\r\nTimeout: 5000000000\r\n" + CALL);

	static final byte[] RESPONSE = ascii("HTTP/1.1 200 OK\r\nContent-Type: application/protobuf\r\n" + CALL);

	private static final byte[] LENGTH = ascii("\r\nContent-Length: ");

	private static final byte[] END = ascii("\r\n\r\n");

	private static final int LONGEST_END = LENGTH.length + END.length + 2 * 10;

	private PipelinedHttp1() {
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	static Numbered framing(byte[] head) {
		return (context, size, number) -> {
			ByteBuf message = context.alloc().buffer(head.length + LONGEST_END + size).writeBytes(head);
			writeDigits(message, number);
			message.writeBytes(LENGTH);
			writeDigits(message, size);
			return message.writeBytes(END);
		};
	}

	private static void writeDigits(ByteBuf message, int number) {
		int unit = 1;
		while (number / unit > 9) {
			unit *= 10;
		}
		for (; unit > 0; unit /= 10) {
			message.writeByte('0' + number / unit % 10);
		}
	}

	/**
	 * Gives on the bodies, each with its call's number before it.
	 */
	static final class Splitter extends ByteToMessageDecoder {

		private static final ByteBuf END_OF_HEAD = Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(END));

		private final ByteBuf head;

		private final int size;

		/** Where the next digits are. */
		private int at;

		Splitter(byte[] head) {
			this.head = Unpooled.unreleasableBuffer(Unpooled.directBuffer(head.length).writeBytes(head));
			this.size = head.length;
		}

		@Override
		protected void decode(ChannelHandlerContext context, ByteBuf input, List<Object> frames) {
			int begin = input.readerIndex();
			if (input.readableBytes() < this.size + LONGEST_END && ByteBufUtil.indexOf(END_OF_HEAD, input) < 0) {
				return;
			}
			if (!ByteBufUtil.equals(this.head, 0, input, begin, this.size)) {
				throw new CorruptedFrameException("This head is not one of ours");
			}
			this.at = begin + this.size;
			int number = digits(input);
			this.at += LENGTH.length;
			int length = digits(input);
			int body = this.at + END.length;
			if (input.writerIndex() - body >= length) {
				// The head's last four bytes are no longer needed.
				input.setInt(body - Integer.BYTES, number);
				frames.add(input.retainedSlice(body - Integer.BYTES, Integer.BYTES + length));
				input.readerIndex(body + length);
			}
		}

		private int digits(ByteBuf input) {
			int number = 0;
			for (int digit = input.getByte(this.at); digit != '\r'; digit = input.getByte(++this.at)) {
				number = number * 10 + digit - '0';
			}
			return number;
		}

	}

}

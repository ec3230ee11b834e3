package io.microspring.benchmarks.raw;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import io.microspring.benchmarks.proto.Echo;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.ByteToMessageDecoder;

/**
 * As little of HTTP/1.1 as an echo needs.
 */
final class CannedHttp1 {

	private static final String ID = "Micro-Id: 4e8dbf4b-2f5b-4b3e-9a55-7f1c53a0b0f7\r\nMicro-Service: bench\r\n"
			+ "Micro-Endpoint: Echoer.Call\r\nMicro-Method: Echoer.Call\r\n";

	private static final byte[] REQUEST = ascii("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
			+ "User-Agent: Go-http-client/1.1\r\nAccept: application/protobuf\r\n"
			+ "Content-Type: application/protobuf\r\nTimeout: 5000000000\r\n" + ID + "Content-Length: ");

	private static final byte[] RESPONSE = ascii(
			"HTTP/1.1 200 OK\r\nContent-Type: application/protobuf\r\n" + ID + "Content-Length: ");

	private static final byte[] END = ascii("\r\n\r\n");

	private CannedHttp1() {
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	static ByteBuf request(ChannelHandlerContext context, Echo echo) throws IOException {
		return message(context, REQUEST, echo);
	}

	private static ByteBuf message(ChannelHandlerContext context, byte[] head, Echo echo) throws IOException {
		int size = echo.getSerializedSize();
		ByteBuf message = context.alloc().buffer(head.length + size + 16);
		message.writeBytes(head);
		ByteBufUtil.writeAscii(message, Integer.toString(size));
		message.writeBytes(END);
		Echoes.write(echo, size, message);
		return message;
	}

	/**
	 * Gives on the bodies.
	 */
	static final class Splitter extends ByteToMessageDecoder {

		private static final ByteBuf END_OF_HEAD = Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(END));

		@Override
		protected void decode(ChannelHandlerContext context, ByteBuf input, List<Object> bodies) {
			int head = ByteBufUtil.indexOf(END_OF_HEAD, input);
			if (head < 0) {
				return;
			}
			// The content length is what the head ends with.
			int length = 0;
			int unit = 1;
			for (int at = head - 1; input.getByte(at) != ' '; at--) {
				length += (input.getByte(at) - '0') * unit;
				unit *= 10;
			}
			int body = head + END.length;
			if (input.writerIndex() - body >= length) {
				bodies.add(input.retainedSlice(body, length));
				input.readerIndex(body + length);
			}
		}

	}

	/**
	 * The server.
	 */
	static final class Echoing extends SimpleChannelInboundHandler<ByteBuf> {

		@Override
		protected void channelRead0(ChannelHandlerContext context, ByteBuf body) throws IOException {
			context.write(message(context, RESPONSE, Echoes.read(body)), context.voidPromise());
		}

		@Override
		public void channelReadComplete(ChannelHandlerContext context) {
			context.flush();
		}

	}

}

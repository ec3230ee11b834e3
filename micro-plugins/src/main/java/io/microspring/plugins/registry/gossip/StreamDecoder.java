package io.microspring.plugins.registry.gossip;

import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;

/**
 * Reads the message of a connection. Its length stands nowhere unless it is encrypted, so
 * that it is tried whenever as much has come as was lacking before.
 */
final class StreamDecoder extends ByteToMessageDecoder {

	/** So that nobody makes us try a large message byte by byte. */
	private static final long MAX_TRIED = 16L * StreamMessage.MAX_LENGTH;

	private final StreamCodec codec;

	private long needed = 1;

	private long tried;

	StreamDecoder(StreamCodec codec) {
		this.codec = codec;
	}

	@Override
	protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
		if (in.readableBytes() < this.needed) {
			return;
		}
		byte[] data = new byte[in.readableBytes()];
		in.getBytes(in.readerIndex(), data);
		this.tried += data.length;
		try {
			out.add(this.codec.decode(data));
			in.skipBytes(data.length);
		}
		catch (IncompleteException ex) {
			this.needed = ex.needed();
			if (this.needed > StreamMessage.MAX_LENGTH || this.tried > MAX_TRIED) {
				throw new MalformedException("a message of more than " + StreamMessage.MAX_LENGTH + " bytes");
			}
		}
	}

}

package io.microspring.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * Writes the frames of streams, HEADERS and DATA, straight into the batch of the
 * connection. All that have headers come from here, as both ends keep a table of them.
 * Belongs to the event loop.
 */
final class Http2Writer {

	private static final int FRAME_HEADER = Http2CodecUtil.FRAME_HEADER_LENGTH;

	private static final short END_HEADERS = new Http2Flags().endOfHeaders(true).value();

	private static final short END_STREAM = new Http2Flags().endOfStream(true).value();

	/** As much of what is the same in many calls as any peer keeps at least. */
	private static final int MOST_TABLE = 4096;

	private final Http2Session session;

	private final WriteBatch batch;

	private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder(
			(name, value) -> HeaderBlock.isFleeting(name));

	private final ByteBuf block = Unpooled.buffer(512);

	Http2Writer(Http2Session session, WriteBatch batch) {
		this.session = session;
		this.batch = batch;
	}

	/**
	 * The peer has told its limits.
	 * @param settings what it said
	 * @throws Http2Exception when they cannot be
	 */
	void settings(Http2Settings settings) throws Http2Exception {
		Long table = settings.headerTableSize();
		if (table != null) {
			this.encoder.maxHeaderTableSize(Math.min(table, MOST_TABLE));
		}
		Long most = settings.maxHeaderListSize();
		if (most != null) {
			this.encoder.maxHeaderListSize(most);
		}
	}

	/**
	 * Writes headers.
	 * @param stream the stream
	 * @param headers the headers
	 * @param end whether nothing follows
	 * @throws Http2Exception when they are more than the peer takes: nothing was written
	 */
	void headers(Http2Stream stream, Http2Headers headers, boolean end) throws Http2Exception {
		this.block.clear();
		this.encoder.encodeHeaders(stream.id(), headers, this.block);
		int most = mostInFrame();
		int size = Math.min(most, this.block.readableBytes());
		boolean whole = size == this.block.readableBytes();
		frame(stream, Http2FrameTypes.HEADERS, (whole ? END_HEADERS : 0) | (end ? END_STREAM : 0), size);
		add(size);
		while (!whole) {
			size = Math.min(most, this.block.readableBytes());
			whole = size == this.block.readableBytes();
			frame(stream, Http2FrameTypes.CONTINUATION, whole ? END_HEADERS : 0, size);
			add(size);
		}
		stream.headersSent(false);
	}

	private void add(int size) {
		this.batch.add(this.block.array(), this.block.arrayOffset() + this.block.readerIndex(), size);
		this.block.skipBytes(size);
	}

	/**
	 * Begins a frame of data; the bytes follow, all of them, in the batch.
	 * @param stream the stream
	 * @param size how many bytes
	 * @param end whether nothing follows
	 */
	void data(Http2Stream stream, int size, boolean end) {
		frame(stream, Http2FrameTypes.DATA, end ? END_STREAM : 0, size);
	}

	private void frame(Http2Stream stream, byte type, int flags, int size) {
		this.batch.room(FRAME_HEADER).writeMedium(size).writeByte(type).writeByte(flags).writeInt(stream.id());
	}

	/** How many bytes fit into a frame. */
	int mostInFrame() {
		return this.session.encoder().configuration().frameSizePolicy().maxFrameSize();
	}

	WriteBatch batch() {
		return this.batch;
	}

}

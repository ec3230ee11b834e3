package io.microspring.transport;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * Hands the frames of a connection to the sockets of their streams.
 */
final class Http2Frames extends Http2EventAdapter {

	/** So much of what a peer says of its end is told on. */
	private static final int MOST_WORDS = 200;

	private static final Pattern CONTROLS = Pattern.compile("\\p{Cntrl}");

	private final Http2Session session;

	Http2Frames(Http2Session session) {
		this.session = session;
	}

	@Override
	public void onHeadersRead(ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean end)
			throws Http2Exception {
		this.session.watch().frame();
		this.session.outbox().frame();
		StreamSocket socket = this.session.streams().socket(id);
		if (socket != null) {
			if (end) {
				socket.remoteEnded();
			}
			socket.headers(headers, end);
			ended(socket, end);
			return;
		}
		Http2Stream stream = this.session.connection().stream(id);
		if (stream == null || !this.session.isServer()) {
			return;
		}
		if (headers.method() == null || headers.path() == null || headers.contains(":protocol")) {
			throw Http2Exception.streamError(id, Http2Error.PROTOCOL_ERROR, "a request has a method and a path");
		}
		this.session.streams().accept(stream, headers, end);
	}

	@Override
	public void onHeadersRead(ChannelHandlerContext ctx, int id, Http2Headers headers, int dependency, short weight,
			boolean exclusive, int padding, boolean end) throws Http2Exception {
		onHeadersRead(ctx, id, headers, padding, end);
	}

	@Override
	public int onDataRead(ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean end) {
		this.session.watch().frame();
		this.session.outbox().frame();
		StreamSocket socket = this.session.streams().socket(id);
		if (socket == null || socket.isOver()) {
			return data.readableBytes() + padding;
		}
		if (end) {
			socket.remoteEnded();
		}
		if (data.isReadable()) {
			socket.data(data);
		}
		if (end) {
			socket.inputEnded();
			ended(socket, true);
		}
		return padding;
	}

	/** An answer is complete: what its caller would still send is of no use. */
	private void ended(StreamSocket socket, boolean end) {
		Http2Stream stream = socket.stream();
		if (end && stream != null && !this.session.isServer() && !socket.isLocalEnded()) {
			this.session.streams().reset(stream, Http2Error.CANCEL);
		}
	}

	@Override
	public void onRstStreamRead(ChannelHandlerContext ctx, int id, long code) {
		this.session.watch().frame();
		StreamSocket socket = this.session.streams().socket(id);
		if (socket != null) {
			Http2Error error = Http2Error.valueOf(code);
			socket.streamClosed(new TransportException(
					"stream was reset by " + this.session.remote() + ": " + ((error != null) ? error : code),
					error == Http2Error.REFUSED_STREAM && !this.session.isServer(), null));
		}
	}

	@Override
	public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) throws Http2Exception {
		this.session.watch().frame();
		this.session.settled(settings);
	}

	@Override
	public void onSettingsAckRead(ChannelHandlerContext ctx) {
		this.session.watch().frame();
	}

	@Override
	public void onPingRead(ChannelHandlerContext ctx, long data) {
		this.session.watch().frame();
	}

	@Override
	public void onPingAckRead(ChannelHandlerContext ctx, long data) {
		this.session.watch().frame();
		this.session.farewell().pinged(ctx, data);
	}

	@Override
	public void onWindowUpdateRead(ChannelHandlerContext ctx, int id, int increment) {
		this.session.watch().frame();
	}

	@Override
	public void onPriorityRead(ChannelHandlerContext ctx, int id, int dependency, short weight, boolean exclusive) {
		this.session.watch().frame();
	}

	@Override
	public void onUnknownFrame(ChannelHandlerContext ctx, byte type, int id, Http2Flags flags, ByteBuf payload) {
		this.session.watch().frame();
	}

	@Override
	public void onGoAwayReceived(int lastStream, long code, ByteBuf debug) {
		this.session.leftAt(lastStream, (code == Http2Error.NO_ERROR.code()) ? "" : ": " + reason(code, debug));
	}

	private static String reason(long code, ByteBuf debug) {
		Http2Error error = Http2Error.valueOf(code);
		String words = debug.toString(debug.readerIndex(), Math.min(debug.readableBytes(), MOST_WORDS),
				StandardCharsets.US_ASCII);
		return ((error != null) ? error : code) + " " + CONTROLS.matcher(words).replaceAll(" ");
	}

	@Override
	public void onStreamActive(Http2Stream stream) {
		this.session.watch().stream();
	}

	@Override
	public void onStreamClosed(Http2Stream stream) {
		StreamSocket socket = this.session.streams().socket(stream);
		if (socket != null) {
			socket.streamClosed(null);
			socket.release();
		}
		this.session.farewell().streamClosed(this.session.context());
		this.session.watch().stream();
	}

}

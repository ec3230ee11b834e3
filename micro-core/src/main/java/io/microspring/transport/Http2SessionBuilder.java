package io.microspring.transport;

import java.util.function.Consumer;

import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;

/**
 * Makes {@link Http2Session}s, with the limits that protect one from its peer.
 */
final class Http2SessionBuilder extends AbstractHttp2ConnectionHandlerBuilder<Http2Session, Http2SessionBuilder> {

	/** How many streams a peer may have at once. */
	static final int MAX_STREAMS = 1000;

	/**
	 * How many bytes a peer may send on a stream that is not read. The connection's own
	 * window is refilled as bytes arrive, so that one slow stream holds back no other.
	 */
	private static final int STREAM_WINDOW = 256 * 1024;

	/** How many bytes a peer may have on their way. */
	static final int CONNECTION_WINDOW = 1024 * 1024;

	/** How many streams a peer may reset, or have us reset, in so many seconds. */
	static final int MAX_RESETS = 10_000;

	private static final int RESET_SECONDS = 10;

	private final SocketChannel channel;

	private final HttpOptions options;

	private final Consumer<Socket> onAccept;

	private final String authority;

	private Http2SessionBuilder(boolean server, SocketChannel channel, HttpOptions options, Consumer<Socket> onAccept,
			String authority) {
		this.channel = channel;
		this.options = options;
		this.onAccept = onAccept;
		this.authority = authority;
		Http2Connection connection = new DefaultHttp2Connection(server, 0);
		connection.local()
			.flowController(new DefaultHttp2LocalFlowController(connection,
					DefaultHttp2LocalFlowController.DEFAULT_WINDOW_UPDATE_RATIO, true));
		connection.remote()
			.flowController(
					new DefaultHttp2RemoteFlowController(connection, new UniformStreamByteDistributor(connection)));
		connection(connection);
		validateHeaders(true);
		encoderIgnoreMaxHeaderListSize(false);
		decoupleCloseAndGoAway(true);
		Http2Settings settings = Http2Settings.defaultSettings()
			.initialWindowSize(STREAM_WINDOW)
			.maxHeaderListSize(options.maxHeaderSize());
		if (server) {
			settings.maxConcurrentStreams(MAX_STREAMS);
			decoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_SECONDS);
			encoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_SECONDS);
		}
		else {
			settings.pushEnabled(false);
			// A caller may give up as many calls as it likes.
			encoderEnforceMaxRstFramesPerWindow(0, 0);
			decoderEnforceMaxRstFramesPerWindow(0, 0);
		}
		initialSettings(settings);
	}

	/**
	 * The accepting end of a connection.
	 * @param channel the connection
	 * @param options the limits
	 * @param onAccept is given the socket of each stream
	 * @return a new handler for the channel's pipeline
	 */
	static Http2Session server(SocketChannel channel, HttpOptions options, Consumer<Socket> onAccept) {
		return new Http2SessionBuilder(true, channel, options, onAccept, "").build();
	}

	/**
	 * The dialling end of a connection.
	 * @param channel the connection
	 * @param options the limits
	 * @param address what was dialled
	 * @return a new handler for the channel's pipeline
	 */
	static Http2Session client(SocketChannel channel, HttpOptions options, String address) {
		return new Http2SessionBuilder(false, channel, options, Socket::close, address).build();
	}

	@Override
	protected Http2Session build(Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder,
			Http2Settings settings) {
		return new Http2Session(decoder, encoder, settings, this);
	}

	SocketChannel channel() {
		return this.channel;
	}

	HttpOptions options() {
		return this.options;
	}

	Consumer<Socket> onAccept() {
		return this.onAccept;
	}

	String authority() {
		return this.authority;
	}

}

package io.microspring.transport;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import javax.net.ssl.SSLException;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of one side, ready for connections: by the JDK, or by netty-tcnative where it is on
 * the class path.
 */
final class Tls {

	private static final Logger logger = LoggerFactory.getLogger(HttpTransport.class);

	/** What is told who does without. */
	static final String WANTED = "this port speaks TLS";

	/** The first byte of a handshake. */
	private static final int HANDSHAKE = 0x16;

	private static final int LONGEST_REASON = 200;

	private final TlsOptions options;

	private final TlsContexts contexts;

	/** What is spoken inside, in ALPN's words; of several the one that is preferred. */
	private final String protocol;

	private final LogLimit inTheClear = new LogLimit();

	private final LogLimit failures = new LogLimit();

	private Tls(TlsOptions options, TlsContexts contexts, String protocol) {
		this.options = options;
		this.contexts = contexts;
		this.protocol = protocol;
	}

	/**
	 * A server's, which offers HTTP/2 and HTTP/1.1.
	 * @param options its certificate, and what it asks of clients
	 * @param host what is listened on, for a certificate that is made up
	 * @return what secures connections
	 * @throws TlsException when a file is missing, unreadable, expired or another's
	 */
	static Tls server(TlsOptions options, String host) {
		return new Tls(options, TlsContexts.server(options, host), ApplicationProtocolNames.HTTP_2);
	}

	/**
	 * A client's.
	 * @param options whom it believes, and what it shows
	 * @param protocol what it speaks, in ALPN's words
	 * @return what secures connections
	 * @throws TlsException when a file is missing, unreadable or another's
	 */
	static Tls client(TlsOptions options, String protocol) {
		return new Tls(options, TlsContexts.client(options, protocol), protocol);
	}

	/** Says once what is given up. */
	static void warn(TlsOptions options) {
		if (options.insecureSkipVerify()) {
			logger.warn("TLS: certificates of servers are not checked, as insecure-skip-verify is set:"
					+ " anybody in between can read and change what is said");
		}
	}

	/**
	 * The handler of an accepted connection.
	 * @param channel the connection
	 * @return a new handler
	 */
	SslHandler accept(SocketChannel channel) {
		SslHandler handler = limited(this.contexts.get().newHandler(channel.alloc()));
		handler.handshakeFuture().addListener((done) -> {
			if (done.cause() != null && !(done.cause() instanceof ClosedChannelException)) {
				warn(this.failures, "TLS: the handshake with {} failed: {}{}", channel, shown(done.cause()));
			}
		});
		return handler;
	}

	/**
	 * Somebody does without TLS where there is nothing else.
	 * @param channel the connection
	 */
	void refused(Channel channel) {
		warn(this.inTheClear, "Refused the connection with {}: {}{}", channel, WANTED + ", and it did not");
	}

	/** Says it, unless others of its kind were said just now; these are counted. */
	private static void warn(LogLimit limit, String line, Channel channel, String reason) {
		long unsaid = limit.admit();
		if (unsaid >= 0) {
			logger.warn(line, channel.remoteAddress(), reason,
					(unsaid == 0) ? "" : " (and " + unsaid + " like it before)");
		}
		else {
			logger.debug(line, channel.remoteAddress(), reason, "");
		}
	}

	/**
	 * Secures a connection that was dialled.
	 * @param channel the connection
	 * @param target what was dialled
	 * @param nanos how long it may take at the most
	 * @param onDone is told on the event loop why it failed, or null when it is secure
	 */
	void dial(SocketChannel channel, Address target, long nanos, Consumer<@Nullable IOException> onDone) {
		String name = this.options.serverName();
		String host = target.host().isEmpty() ? "localhost" : target.host();
		SslHandler handler = limited(
				this.contexts.get().newHandler(channel.alloc(), (name != null) ? name : host, target.port()));
		handler.setHandshakeTimeout(Math.min(nanos, this.options.handshakeTimeout().toNanos()), TimeUnit.NANOSECONDS);
		Quiet quiet = new Quiet();
		channel.pipeline().addLast(handler, quiet);
		channel.config().setAutoRead(true);
		handler.handshakeFuture().addListener((done) -> {
			channel.config().setAutoRead(false);
			if (!done.isSuccess()) {
				onDone.accept(new IOException(reason(done.cause()), done.cause()));
			}
			else if (this.protocol.equals(ApplicationProtocolNames.HTTP_2)
					&& !this.protocol.equals(handler.applicationProtocol())) {
				onDone.accept(new IOException("TLS: it does not offer HTTP/2 by ALPN"));
			}
			else {
				onDone.accept(null);
				channel.pipeline().remove(quiet);
			}
		});
	}

	private SslHandler limited(SslHandler handler) {
		handler.setHandshakeTimeout(this.options.handshakeTimeout().toNanos(), TimeUnit.NANOSECONDS);
		return handler;
	}

	/** Whether bytes begin a handshake, rather than a message in the clear. */
	static boolean isHandshake(ByteBuf in) {
		return in.getUnsignedByte(in.readerIndex()) == HANDSHAKE;
	}

	/** What a failed handshake means to who dialled. */
	private static String reason(Throwable failure) {
		Throwable root = failure;
		while (!(root instanceof NotSslRecordException) && root.getCause() != null) {
			root = root.getCause();
		}
		if (root instanceof NotSslRecordException) {
			return "TLS: it speaks no TLS";
		}
		return (root instanceof ClosedChannelException) ? "TLS: it closed the connection within the handshake"
				: "TLS: " + shown(failure);
	}

	/** As much of a reason as says something: it may hold all that a stranger sent. */
	private static String shown(Throwable failure) {
		String reason = Dialer.reason(failure);
		return (reason.length() > LONGEST_REASON) ? reason.substring(0, LONGEST_REASON) + "..." : reason;
	}

	/**
	 * What broke a connection, in words where it was TLS: as when a server refuses the
	 * certificate of a client, who hears of it after his handshake.
	 * @param failure what was caught
	 * @return the same, or what to show instead
	 */
	static Throwable broken(Throwable failure) {
		for (Throwable each = failure; each != null; each = each.getCause()) {
			if (each instanceof SSLException) {
				return new IOException("TLS: " + shown(each), failure);
			}
		}
		return failure;
	}

	/**
	 * Tells the peer that nothing more is sent, while it may still send.
	 * @param channel the connection
	 */
	static void shutdownOutput(Channel channel) {
		SslHandler tls = channel.pipeline().get(SslHandler.class);
		if (tls != null) {
			tls.closeOutbound().addListener((done) -> ((SocketChannel) channel).shutdownOutput());
		}
		else {
			((SocketChannel) channel).shutdownOutput();
		}
	}

	/** What fails within the handshake is told by its future. */
	private static final class Quiet extends ChannelInboundHandlerAdapter {

		@Override
		public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
			ctx.close();
		}

	}

}

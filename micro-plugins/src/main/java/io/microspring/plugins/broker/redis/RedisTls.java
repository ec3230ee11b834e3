package io.microspring.plugins.broker.redis;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

import io.microspring.transport.TlsException;
import io.microspring.transport.TlsOptions;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

/**
 * TLS under the driver's connections, which so has the same files, names and checks as
 * everywhere else: the driver's own knows neither another name of the server than the one
 * that is dialled nor keys of any form.
 *
 * @param context whom to believe, and what to show
 * @param verify whether the name in the server's certificate matters
 * @param timeout how long a handshake may take
 */
record RedisTls(SSLContext context, boolean verify, Duration timeout) {

	/**
	 * TLS as the options say.
	 * @param options the options
	 * @return TLS, or null when there is none
	 * @throws IllegalArgumentException when a file cannot be read
	 */
	static @Nullable RedisTls of(RedisOptions options, List<RedisAddress> addresses) {
		SSLContext made = options.sslContext();
		if (made != null) {
			return new RedisTls(made, true, options.timeout());
		}
		TlsOptions tls = options.tls();
		if (tls == null && addresses.stream().noneMatch(RedisAddress::tls)) {
			return null;
		}
		TlsOptions chosen = (tls != null) ? tls : TlsOptions.client();
		try {
			return new RedisTls(chosen.toSslContext(), !chosen.insecureSkipVerify(), chosen.handshakeTimeout());
		}
		catch (TlsException | IllegalArgumentException ex) {
			throw new IllegalArgumentException("TLS to Redis cannot be set up: " + ex.getMessage(), ex);
		}
	}

	/** Secures a connection that is not dialled yet. */
	void secure(Channel channel) {
		channel.pipeline().addFirst(new Dialling());
	}

	private SslHandler handler(InetSocketAddress address) {
		SSLEngine engine = this.context.createSSLEngine(address.getHostString(), address.getPort());
		engine.setUseClientMode(true);
		SSLParameters parameters = engine.getSSLParameters();
		parameters.setEndpointIdentificationAlgorithm(this.verify ? "HTTPS" : null);
		engine.setSSLParameters(parameters);
		SslHandler handler = new SslHandler(engine);
		handler.setHandshakeTimeout(this.timeout.toMillis(), TimeUnit.MILLISECONDS);
		return handler;
	}

	/** Knows the server's name once it is dialled, and gives way to TLS with it then. */
	private final class Dialling extends ChannelOutboundHandlerAdapter {

		@Override
		public void connect(ChannelHandlerContext ctx, SocketAddress remote, @Nullable SocketAddress local,
				ChannelPromise promise) {
			SslHandler handler = handler((InetSocketAddress) remote);
			ctx.pipeline().replace(this, "tls", handler);
			ctx.pipeline().context(handler).connect(remote, local, promise);
		}

	}

}

package io.microspring.transport;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of one side, ready for connections: by the JDK, or by netty-tcnative where it is on
 * the class path.
 */
final class Tls {

	private static final Logger logger = LoggerFactory.getLogger(HttpTransport.class);

	/** The first byte of a handshake. */
	private static final int HANDSHAKE = 0x16;

	private static final char[] NO_PASSWORD = new char[0];

	private static final String[] VERSIONS = { "TLSv1.3", "TLSv1.2" };

	private final TlsOptions options;

	private final SslContext context;

	/** What is spoken inside, in ALPN's words; of several the one that is preferred. */
	private final String protocol;

	private Tls(TlsOptions options, SslContext context, String protocol) {
		this.options = options;
		this.context = context;
		this.protocol = protocol;
	}

	/**
	 * A server's, which offers HTTP/2 and HTTP/1.1.
	 * @param options its files
	 * @return the context
	 * @throws TlsException when a file is missing, unreadable, expired or another's
	 */
	static Tls server(TlsOptions options) {
		Path file = options.certificate();
		Path keyFile = options.privateKey();
		if (file == null || keyFile == null) {
			throw new IllegalArgumentException("TLS: a server needs a certificate and its private key");
		}
		X509Certificate[] chain = Pem.certificates(Pem.CERTIFICATE, file);
		PrivateKey key = Pem.privateKey(keyFile);
		Pem.check(file, chain[0], keyFile, key);
		return of(options, SslContextBuilder.forServer(key, chain), ApplicationProtocolNames.HTTP_2,
				ApplicationProtocolNames.HTTP_1_1);
	}

	/**
	 * A client's.
	 * @param options whom it believes
	 * @param protocol what it speaks, in ALPN's words
	 * @return the context
	 * @throws TlsException when a file is missing or unreadable
	 */
	static Tls client(TlsOptions options, String protocol) {
		return of(options, client(options), protocol);
	}

	/**
	 * A client's, for who has connections of his own.
	 * @param options whom it believes, and what it shows
	 * @return the JDK's context
	 * @throws TlsException when a file is missing, unreadable or another's
	 */
	static SSLContext jdkClient(TlsOptions options) {
		SslContextBuilder builder = client(options).sslProvider(SslProvider.JDK);
		Path file = options.certificate();
		Path keyFile = options.privateKey();
		if (file != null && keyFile != null) {
			X509Certificate[] chain = Pem.certificates(Pem.CERTIFICATE, file);
			PrivateKey key = Pem.privateKey(keyFile);
			Pem.check(file, chain[0], keyFile, key);
			builder.keyManager(key, chain);
		}
		try {
			SSLContext context = ((JdkSslContext) builder.protocols(VERSIONS).build()).context();
			String name = options.serverName();
			return (name != null) ? new NamedSslContext(context, name) : context;
		}
		catch (SSLException ex) {
			throw new IllegalArgumentException("TLS cannot be set up: " + ex.getMessage(), ex);
		}
	}

	/**
	 * What a client shows.
	 * @param options its files
	 * @return a factory, null when it shows nothing
	 * @throws TlsException when a file is missing, unreadable or another's
	 */
	static @Nullable KeyManagerFactory keyManagers(TlsOptions options) {
		Path file = options.certificate();
		Path keyFile = options.privateKey();
		if (file == null || keyFile == null) {
			return null;
		}
		X509Certificate[] chain = Pem.certificates(Pem.CERTIFICATE, file);
		PrivateKey key = Pem.privateKey(keyFile);
		Pem.check(file, chain[0], keyFile, key);
		try {
			KeyStore store = emptyStore();
			store.setKeyEntry("own", key, NO_PASSWORD, chain);
			KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
			factory.init(store, NO_PASSWORD);
			return factory;
		}
		catch (GeneralSecurityException | IOException ex) {
			throw new IllegalArgumentException("TLS cannot be set up: " + ex.getMessage(), ex);
		}
	}

	/**
	 * Whom a client believes.
	 * @param options the file of its authorities
	 * @return a factory, null for those that the JVM believes
	 * @throws TlsException when the file is missing or unreadable
	 */
	static @Nullable TrustManagerFactory trustManagers(TlsOptions options) {
		if (options.insecureSkipVerify()) {
			return InsecureTrustManagerFactory.INSTANCE;
		}
		Path trusted = options.trustCertificate();
		if (trusted == null) {
			return null;
		}
		try {
			KeyStore store = emptyStore();
			for (X509Certificate certificate : Pem.certificates(Pem.TRUST_CERTIFICATE, trusted)) {
				store.setCertificateEntry(String.valueOf(store.size()), certificate);
			}
			TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
			factory.init(store);
			return factory;
		}
		catch (GeneralSecurityException | IOException ex) {
			throw new IllegalArgumentException("TLS cannot be set up: " + ex.getMessage(), ex);
		}
	}

	private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
		KeyStore store = KeyStore.getInstance("PKCS12");
		store.load(null, null);
		return store;
	}

	private static SslContextBuilder client(TlsOptions options) {
		SslContextBuilder builder = SslContextBuilder.forClient();
		if (options.insecureSkipVerify()) {
			builder.trustManager(InsecureTrustManagerFactory.INSTANCE).endpointIdentificationAlgorithm(null);
		}
		else {
			builder.endpointIdentificationAlgorithm("HTTPS");
			Path trusted = options.trustCertificate();
			if (trusted != null) {
				builder.trustManager(Pem.certificates(Pem.TRUST_CERTIFICATE, trusted));
			}
		}
		return builder;
	}

	/** Says once what is given up. */
	static void warn(TlsOptions options) {
		if (options.insecureSkipVerify()) {
			logger.warn("TLS: certificates of servers are not checked, as insecure-skip-verify is set:"
					+ " anybody in between can read and change what is said");
		}
	}

	private static Tls of(TlsOptions options, SslContextBuilder builder, String... protocols) {
		ApplicationProtocolConfig alpn = new ApplicationProtocolConfig(ApplicationProtocolConfig.Protocol.ALPN,
				ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
				ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT, protocols);
		try {
			return new Tls(options, builder.protocols(VERSIONS).applicationProtocolConfig(alpn).build(), protocols[0]);
		}
		catch (SSLException ex) {
			throw new IllegalArgumentException("TLS cannot be set up: " + ex.getMessage(), ex);
		}
	}

	/**
	 * The handler of an accepted connection.
	 * @param channel the connection
	 * @return a new handler
	 */
	SslHandler accept(SocketChannel channel) {
		return limited(this.context.newHandler(channel.alloc()));
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
				this.context.newHandler(channel.alloc(), (name != null) ? name : host, target.port()));
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
				: "TLS: " + Dialer.reason(failure);
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

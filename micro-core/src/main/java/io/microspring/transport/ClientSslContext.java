package io.microspring.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.function.Supplier;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.JdkSslContext;
import org.jspecify.annotations.Nullable;

/**
 * A client's context for drivers, which ask it once and keep it: its engines and sockets
 * are made of what keys and authorities are when they are made, have the versions and the
 * cipher suites of these, and look at the name in a server's certificate. The JDK's do
 * none of this unless each driver tells each of them to.
 */
final class ClientSslContext extends SSLContext {

	/**
	 * A context.
	 * @param contexts gives what a connection that begins now is made of
	 * @param name the name that must stand in a server's certificate; null for the host
	 * that is dialled
	 */
	ClientSslContext(Supplier<JdkSslContext> contexts, @Nullable String name) {
		this(contexts, name, contexts.get().context());
	}

	private ClientSslContext(Supplier<JdkSslContext> contexts, @Nullable String name, SSLContext present) {
		super(new Spi(contexts, name), present.getProvider(), present.getProtocol());
	}

	private static final class Spi extends SSLContextSpi {

		private final Supplier<JdkSslContext> contexts;

		private final @Nullable String name;

		Spi(Supplier<JdkSslContext> contexts, @Nullable String name) {
			this.contexts = contexts;
			this.name = name;
		}

		@Override
		protected void engineInit(KeyManager @Nullable [] keys, TrustManager @Nullable [] trust,
				@Nullable SecureRandom random) {
			throw new IllegalStateException("it is set up already");
		}

		@Override
		protected SSLEngine engineCreateSSLEngine() {
			JdkSslContext present = this.contexts.get();
			return (this.name != null) ? present.newEngine(UnpooledByteBufAllocator.DEFAULT, this.name, -1)
					: present.newEngine(UnpooledByteBufAllocator.DEFAULT);
		}

		@Override
		protected SSLEngine engineCreateSSLEngine(String host, int port) {
			return this.contexts.get()
				.newEngine(UnpooledByteBufAllocator.DEFAULT, (this.name != null) ? this.name : host, port);
		}

		@Override
		protected SSLSocketFactory engineGetSocketFactory() {
			return new Sockets(this);
		}

		/** Of an engine, as only these are told of versions and the like. */
		@Override
		protected SSLParameters engineGetDefaultSSLParameters() {
			return engineCreateSSLEngine().getSSLParameters();
		}

		@Override
		protected SSLParameters engineGetSupportedSSLParameters() {
			return present().getSupportedSSLParameters();
		}

		@Override
		protected SSLServerSocketFactory engineGetServerSocketFactory() {
			throw new UnsupportedOperationException("it is a client's");
		}

		@Override
		protected SSLSessionContext engineGetServerSessionContext() {
			return present().getServerSessionContext();
		}

		@Override
		protected SSLSessionContext engineGetClientSessionContext() {
			return present().getClientSessionContext();
		}

		private SSLContext present() {
			return this.contexts.get().context();
		}

	}

	/** Makes sockets as a context makes engines. */
	private static final class Sockets extends SSLSocketFactory {

		private final Spi spi;

		Sockets(Spi spi) {
			this.spi = spi;
		}

		@Override
		public Socket createSocket() throws IOException {
			return (this.spi.name != null) ? new NamedSocket(this, this.spi.name) : prepared(factory().createSocket());
		}

		@Override
		public Socket createSocket(Socket socket, String host, int port, boolean autoClose) throws IOException {
			return prepared(
					factory().createSocket(socket, (this.spi.name != null) ? this.spi.name : host, port, autoClose));
		}

		@Override
		public Socket createSocket(String host, int port) throws IOException {
			return createSocket(new Socket(host, port), host, port, true);
		}

		@Override
		public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
			return createSocket(new Socket(host, port, local, localPort), host, port, true);
		}

		@Override
		public Socket createSocket(InetAddress host, int port) throws IOException {
			return createSocket(new Socket(host, port), host.getHostAddress(), port, true);
		}

		@Override
		public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
			return createSocket(new Socket(host, port, local, localPort), host.getHostAddress(), port, true);
		}

		@Override
		public String[] getDefaultCipherSuites() {
			return this.spi.engineGetDefaultSSLParameters().getCipherSuites();
		}

		@Override
		public String[] getSupportedCipherSuites() {
			return factory().getSupportedCipherSuites();
		}

		private SSLSocketFactory factory() {
			return this.spi.present().getSocketFactory();
		}

		private SSLSocket prepared(Socket socket) {
			SSLSocket secured = (SSLSocket) socket;
			secured.setSSLParameters(this.spi.engineGetDefaultSSLParameters());
			return secured;
		}

	}

}

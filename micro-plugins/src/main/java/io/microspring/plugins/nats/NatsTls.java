package io.microspring.plugins.nats;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.KeyManagementException;
import java.security.SecureRandom;

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

import io.microspring.transport.TlsException;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

/**
 * TLS as jnats takes it. jnats itself looks at no name in a certificate, so that any that
 * the authority gave to anybody would do: here the sockets do it.
 */
final class NatsTls extends SSLContext {

	private NatsTls(SSLContext context, @Nullable String serverName) {
		super(new Verifying(context, serverName), context.getProvider(), context.getProtocol());
	}

	/**
	 * What TLS needs.
	 * @param options the files, and whom to believe
	 * @return the context
	 * @throws IllegalArgumentException when a file cannot be read
	 */
	static SSLContext context(TlsOptions options) {
		try {
			SSLContext context = options.toSslContext();
			return options.insecureSkipVerify() ? context : new NatsTls(context, options.serverName());
		}
		catch (TlsException | IllegalArgumentException ex) {
			throw new IllegalArgumentException("TLS to NATS cannot be set up: " + ex.getMessage(), ex);
		}
	}

	/** Another context whose client sockets look at the name in the certificate. */
	private static final class Verifying extends SSLContextSpi {

		private final SSLContext context;

		private final SSLSocketFactory sockets;

		Verifying(SSLContext context, @Nullable String serverName) {
			this.context = context;
			this.sockets = new VerifyingSockets(context.getSocketFactory(), serverName);
		}

		@Override
		protected SSLSocketFactory engineGetSocketFactory() {
			return this.sockets;
		}

		@Override
		protected void engineInit(KeyManager @Nullable [] keys, TrustManager @Nullable [] trusted,
				@Nullable SecureRandom random) throws KeyManagementException {
			this.context.init(keys, trusted, random);
		}

		@Override
		protected SSLServerSocketFactory engineGetServerSocketFactory() {
			return this.context.getServerSocketFactory();
		}

		@Override
		protected SSLEngine engineCreateSSLEngine() {
			return this.context.createSSLEngine();
		}

		@Override
		protected SSLEngine engineCreateSSLEngine(String host, int port) {
			return this.context.createSSLEngine(host, port);
		}

		@Override
		protected SSLSessionContext engineGetServerSessionContext() {
			return this.context.getServerSessionContext();
		}

		@Override
		protected SSLSessionContext engineGetClientSessionContext() {
			return this.context.getClientSessionContext();
		}

	}

	/** jnats lays TLS over a socket that it has; other ways to make one are not used. */
	private static final class VerifyingSockets extends SSLSocketFactory {

		private final SSLSocketFactory sockets;

		private final @Nullable String serverName;

		VerifyingSockets(SSLSocketFactory sockets, @Nullable String serverName) {
			this.sockets = sockets;
			this.serverName = serverName;
		}

		@Override
		public Socket createSocket(Socket socket, String host, int port, boolean autoClose) throws IOException {
			return verifying(this.sockets.createSocket(socket, (this.serverName != null) ? this.serverName : host, port,
					autoClose));
		}

		@Override
		public Socket createSocket(String host, int port) throws IOException {
			return verifying(this.sockets.createSocket(host, port));
		}

		@Override
		public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
			return verifying(this.sockets.createSocket(host, port, local, localPort));
		}

		@Override
		public Socket createSocket(InetAddress host, int port) throws IOException {
			return verifying(this.sockets.createSocket(host, port));
		}

		@Override
		public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
			return verifying(this.sockets.createSocket(host, port, local, localPort));
		}

		@Override
		public String[] getDefaultCipherSuites() {
			return this.sockets.getDefaultCipherSuites();
		}

		@Override
		public String[] getSupportedCipherSuites() {
			return this.sockets.getSupportedCipherSuites();
		}

		private static Socket verifying(Socket socket) {
			SSLSocket secured = (SSLSocket) socket;
			SSLParameters parameters = secured.getSSLParameters();
			parameters.setEndpointIdentificationAlgorithm("HTTPS");
			secured.setSSLParameters(parameters);
			return secured;
		}

	}

}

package io.microspring.transport;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The contexts that connections of one side are made of: another one whenever keys or
 * authorities have changed. Thread-safe.
 */
final class TlsContexts {

	private static final Logger logger = LoggerFactory.getLogger(HttpTransport.class);

	private static final char[] NO_PASSWORD = new char[0];

	private static final List<String> VERSIONS = List.of("TLSv1.3", "TLSv1.2");

	private final Supplier<TlsBundle> source;

	private final Function<TlsBundle, SslContext> maker;

	private volatile Made made;

	private TlsContexts(Supplier<TlsBundle> source, Function<TlsBundle, SslContext> maker) {
		this.source = source;
		this.maker = maker;
		TlsBundle bundle = source.get();
		this.made = new Made(bundle, maker.apply(bundle));
	}

	/**
	 * A server's, which offers HTTP/2 and HTTP/1.1.
	 * @param options its certificate, and what it asks of clients
	 * @param host what is listened on, for a certificate that is made up
	 * @return the contexts
	 * @throws TlsException when a file is missing, unreadable, expired or another's
	 */
	static TlsContexts server(TlsOptions options, String host) {
		Supplier<TlsBundle> source = options.bundle();
		if (source == null) {
			TlsBundle own = TlsBundle.of(options.madeUp() ? keyManagers(SelfSigned.of(host)) : keyManagers(options),
					(options.clientAuth() != TlsOptions.ClientAuth.NONE)
							// It is said of servers' certificates only.
							? trustManagers(options.withInsecureSkipVerify(false)) : null);
			source = () -> own;
		}
		return new TlsContexts(source, (bundle) -> build(bundle, server(options, bundle),
				ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1));
	}

	/**
	 * A client's.
	 * @param options whom it believes, and what it shows
	 * @param protocol what it speaks, in ALPN's words
	 * @return the contexts
	 * @throws TlsException when a file is missing, unreadable or another's
	 */
	static TlsContexts client(TlsOptions options, String protocol) {
		return new TlsContexts(clientSource(options), (bundle) -> build(bundle, client(options, bundle), protocol));
	}

	/**
	 * A client's, for who has connections of his own.
	 * @param options whom it believes, and what it shows
	 * @return the JDK's context
	 * @throws TlsException when a file is missing, unreadable or another's
	 */
	static SSLContext jdkClient(TlsOptions options) {
		TlsContexts contexts = new TlsContexts(clientSource(options),
				(bundle) -> build(bundle, client(options, bundle).sslProvider(SslProvider.JDK)));
		return new ClientSslContext(() -> (JdkSslContext) contexts.get(), options.serverName());
	}

	/** What a connection that begins now is made of. */
	SslContext get() {
		Made present = this.made;
		TlsBundle now = this.source.get();
		if (now == present.bundle()) {
			return present.context();
		}
		Made next;
		try {
			next = new Made(now, this.maker.apply(now));
			logger.debug("TLS: keys or authorities have changed");
		}
		catch (RuntimeException ex) {
			next = new Made(now, present.context());
			logger.error("TLS: keys or authorities have changed and cannot be used, those before are kept: {}",
					ex.getMessage());
		}
		this.made = next;
		return next.context();
	}

	private static Supplier<TlsBundle> clientSource(TlsOptions options) {
		Supplier<TlsBundle> source = options.bundle();
		if (source != null) {
			return source;
		}
		TlsBundle own = TlsBundle.of(keyManagers(options), trustManagers(options));
		return () -> own;
	}

	/**
	 * What is shown.
	 * @param options the files, or the bundle
	 * @return a factory, null when nothing is shown
	 * @throws TlsException when a file is missing, unreadable, expired or another's
	 */
	static @Nullable KeyManagerFactory keyManagers(TlsOptions options) {
		if (options.bundle() != null) {
			return options.bundle().get().keys();
		}
		Path file = options.certificate();
		Path keyFile = options.privateKey();
		return (file != null && keyFile != null) ? keyManagers(Pem.identity(file, keyFile)) : null;
	}

	private static KeyManagerFactory keyManagers(Identity identity) {
		try {
			KeyStore store = emptyStore();
			store.setKeyEntry("own", identity.key(), NO_PASSWORD, identity.chain());
			KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
			factory.init(store, NO_PASSWORD);
			return factory;
		}
		catch (GeneralSecurityException | IOException ex) {
			throw new IllegalArgumentException("TLS cannot be set up: " + ex.getMessage(), ex);
		}
	}

	/**
	 * Who is believed.
	 * @param options the file of the authorities, or the bundle
	 * @return a factory, null for those that the JVM believes
	 * @throws TlsException when the file is missing or unreadable
	 */
	static @Nullable TrustManagerFactory trustManagers(TlsOptions options) {
		if (options.insecureSkipVerify()) {
			return InsecureTrustManagerFactory.INSTANCE;
		}
		if (options.bundle() != null) {
			return options.bundle().get().trust();
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

	private static SslContextBuilder server(TlsOptions options, TlsBundle bundle) {
		if (bundle.keys() == null) {
			throw new IllegalArgumentException("TLS: a server needs a certificate and its private key");
		}
		SslContextBuilder builder = SslContextBuilder.forServer(bundle.keys());
		TlsOptions.ClientAuth wanted = options.clientAuth();
		if (wanted != TlsOptions.ClientAuth.NONE) {
			if (bundle.trust() == null) {
				throw new IllegalArgumentException(
						"TLS: a server that asks clients for certificates needs the authorities that these come from");
			}
			builder.trustManager(bundle.trust())
				.clientAuth((wanted == TlsOptions.ClientAuth.NEED) ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
		}
		return builder;
	}

	private static SslContextBuilder client(TlsOptions options, TlsBundle bundle) {
		boolean any = options.insecureSkipVerify();
		return SslContextBuilder.forClient()
			.keyManager(bundle.keys())
			.trustManager(any ? InsecureTrustManagerFactory.INSTANCE : bundle.trust())
			.endpointIdentificationAlgorithm(any ? null : "HTTPS");
	}

	private static SslContext build(TlsBundle bundle, SslContextBuilder builder, String... protocols) {
		if (protocols.length > 0) {
			builder.applicationProtocolConfig(new ApplicationProtocolConfig(ApplicationProtocolConfig.Protocol.ALPN,
					ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
					ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT, protocols));
		}
		if (!bundle.ciphers().isEmpty()) {
			builder.ciphers(bundle.ciphers());
		}
		try {
			return builder.protocols(bundle.protocols().isEmpty() ? VERSIONS : bundle.protocols()).build();
		}
		catch (SSLException ex) {
			throw new IllegalArgumentException("TLS cannot be set up: " + ex.getMessage(), ex);
		}
	}

	/**
	 * A context.
	 *
	 * @param bundle what it was made of, or should have been
	 * @param context the context
	 */
	private record Made(TlsBundle bundle, SslContext context) {
	}

	/**
	 * What one side shows of itself.
	 *
	 * @param key the private key
	 * @param chain its certificate and those above it
	 */
	record Identity(PrivateKey key, X509Certificate... chain) {
	}

}

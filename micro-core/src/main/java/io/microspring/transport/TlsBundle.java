package io.microspring.transport;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509KeyManager;

import org.jspecify.annotations.Nullable;

/**
 * The keys and the authorities of TLS, for who does not have them in files. Immutable: a
 * program that renews its certificate gives another one from then on, and the connections
 * that begin afterwards are made of that.
 *
 * @param keys the certificates to show, each with its private key; null for none
 * @param trust the authorities that are believed; null for those that the JVM believes
 * @param protocols the versions, in the JDK's words; empty for {@code TLSv1.3} and
 * {@code TLSv1.2}
 * @param ciphers the cipher suites, in the JDK's words; empty for the usual ones
 */
public record TlsBundle(@Nullable KeyManagerFactory keys, @Nullable TrustManagerFactory trust, List<String> protocols,
		List<String> ciphers) {

	/** In the words of {@link X509KeyManager}. */
	private static final List<String> KEY_TYPES = List.of("EC", "RSA", "RSASSA-PSS", "EdDSA");

	/**
	 * A bundle.
	 * @throws IllegalArgumentException when a private key is not that of its certificate,
	 * as when only one of the two has been renewed
	 */
	public TlsBundle {
		protocols = List.copyOf(protocols);
		ciphers = List.copyOf(ciphers);
		if (keys != null) {
			check(keys);
		}
	}

	/**
	 * A bundle with the usual versions and cipher suites.
	 * @param keys the certificates to show; null for none
	 * @param trust the authorities that are believed; null for those of the JVM
	 * @return the bundle
	 */
	public static TlsBundle of(@Nullable KeyManagerFactory keys, @Nullable TrustManagerFactory trust) {
		return new TlsBundle(keys, trust, List.of(), List.of());
	}

	private static void check(KeyManagerFactory keys) {
		for (KeyManager manager : keys.getKeyManagers()) {
			if (manager instanceof X509KeyManager known) {
				KEY_TYPES.forEach((type) -> check(known, known.getServerAliases(type, null)));
			}
		}
	}

	private static void check(X509KeyManager manager, String @Nullable [] aliases) {
		for (String alias : (aliases != null) ? aliases : new String[0]) {
			X509Certificate[] chain = manager.getCertificateChain(alias);
			PrivateKey key = manager.getPrivateKey(alias);
			if (chain != null && key != null && !Pem.isPair(chain[0].getPublicKey(), key)) {
				throw new IllegalArgumentException("TLS: the private key is not that of the certificate of "
						+ chain[0].getSubjectX500Principal().getName());
			}
		}
	}

}

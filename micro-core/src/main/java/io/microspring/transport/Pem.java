package io.microspring.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Reads the PEM files of TLS, and says of which option's file something is wrong.
 */
final class Pem {

	static final String CERTIFICATE = "certificate";

	static final String PRIVATE_KEY = "private-key";

	static final String TRUST_CERTIFICATE = "trust-certificate";

	private static final int MAX_SIZE = 1024 * 1024;

	private static final Pattern BLOCK = Pattern
		.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*+)-----END \\1-----");

	/** What keys sign with, by their algorithm. */
	private static final Map<String, String> SIGNATURES = Map.of("EC", "SHA256withECDSA", "RSA", "SHA256withRSA",
			"EdDSA", "EdDSA");

	private Pem() {
	}

	/**
	 * The certificates of a file.
	 * @param option the option that names it
	 * @param file the file
	 * @return at least one
	 * @throws TlsException when there is none, or one cannot be read
	 */
	static X509Certificate[] certificates(String option, Path file) {
		List<X509Certificate> certificates = new ArrayList<>();
		for (Block block : blocks(option, file)) {
			if (block.label().equals("CERTIFICATE")) {
				certificates.add(certificate(option, file, block.bytes()));
			}
		}
		if (certificates.isEmpty()) {
			throw new TlsException(option, file, "holds no certificate in PEM", null);
		}
		return certificates.toArray(X509Certificate[]::new);
	}

	/**
	 * The private key of a file.
	 * @param file the file
	 * @return the key
	 * @throws TlsException when there is none, or it cannot be read
	 */
	static PrivateKey privateKey(Path file) {
		for (Block block : blocks(PRIVATE_KEY, file)) {
			switch (block.label()) {
				case "PRIVATE KEY":
					return privateKey(file, block.bytes());
				case "RSA PRIVATE KEY":
					return privateKey(file, Der.pkcs8OfRsa(block.bytes()));
				case "EC PRIVATE KEY":
					return privateKey(file, sec1(file, block.bytes()));
				case "ENCRYPTED PRIVATE KEY":
					throw new TlsException(PRIVATE_KEY, file, "is encrypted, which is not supported: decrypt it", null);
				default:
					break;
			}
		}
		throw new TlsException(PRIVATE_KEY, file, "holds no private key in PEM", null);
	}

	/**
	 * A certificate and its key, which are valid now and belong together.
	 * @param file the certificate's file, with those above it
	 * @param keyFile the key's file
	 * @return what stands in them
	 * @throws TlsException when something is wrong with one of them
	 */
	static TlsContexts.Identity identity(Path file, Path keyFile) {
		X509Certificate[] chain = certificates(CERTIFICATE, file);
		PrivateKey key = privateKey(keyFile);
		try {
			chain[0].checkValidity();
		}
		catch (CertificateExpiredException ex) {
			throw new TlsException(CERTIFICATE, file, "has expired on " + chain[0].getNotAfter().toInstant(), ex);
		}
		catch (CertificateNotYetValidException ex) {
			throw new TlsException(CERTIFICATE, file, "is not valid before " + chain[0].getNotBefore().toInstant(), ex);
		}
		if (!isPair(chain[0].getPublicKey(), key)) {
			throw new TlsException(PRIVATE_KEY, keyFile, "is not that of the certificate " + file, null);
		}
		return new TlsContexts.Identity(key, chain);
	}

	/**
	 * Whether keys belong together.
	 * @param open the public key, on an elliptic curve or of RSA; of others it is taken
	 * as said
	 * @param secret the private key
	 * @return whether what the one signs is believed by the other
	 */
	static boolean isPair(PublicKey open, PrivateKey secret) {
		if (!open.getAlgorithm().equals(secret.getAlgorithm())) {
			return false;
		}
		String algorithm = SIGNATURES.get(open.getAlgorithm());
		if (algorithm == null) {
			return true;
		}
		try {
			byte[] text = "a pair".getBytes(StandardCharsets.US_ASCII);
			Signature signature = Signature.getInstance(algorithm);
			signature.initSign(secret);
			signature.update(text);
			byte[] signed = signature.sign();
			signature.initVerify(open);
			signature.update(text);
			return signature.verify(signed);
		}
		catch (GeneralSecurityException ex) {
			return false;
		}
	}

	private static X509Certificate certificate(String option, Path file, byte[] der) {
		try {
			return (X509Certificate) CertificateFactory.getInstance("X.509")
				.generateCertificate(new ByteArrayInputStream(der));
		}
		catch (CertificateException ex) {
			throw new TlsException(option, file, "holds a certificate that cannot be read: " + ex.getMessage(), ex);
		}
	}

	private static PrivateKey privateKey(Path file, byte[] pkcs8) {
		GeneralSecurityException failure = null;
		for (String algorithm : List.of("RSA", "EC")) {
			try {
				return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
			}
			catch (GeneralSecurityException ex) {
				failure = ex;
			}
		}
		throw new TlsException(PRIVATE_KEY, file, "holds no RSA or EC key that can be read", failure);
	}

	private static byte[] sec1(Path file, byte[] der) {
		try {
			return Der.pkcs8OfEc(der);
		}
		catch (IllegalArgumentException ex) {
			throw new TlsException(PRIVATE_KEY, file, "holds an EC key that cannot be read: " + ex.getMessage(), ex);
		}
	}

	private static List<Block> blocks(String option, Path file) {
		List<Block> blocks = new ArrayList<>();
		Matcher matcher = BLOCK.matcher(text(option, file));
		while (matcher.find()) {
			blocks.add(new Block(matcher.group(1), bytes(option, file, matcher.group(2))));
		}
		return blocks;
	}

	private static byte[] bytes(String option, Path file, String base64) {
		try {
			return Base64.getMimeDecoder().decode(base64);
		}
		catch (IllegalArgumentException ex) {
			throw new TlsException(option, file, "is no PEM: its base64 is broken", ex);
		}
	}

	private static String text(String option, Path file) {
		try {
			if (Files.size(file) > MAX_SIZE) {
				throw new TlsException(option, file, "is larger than " + MAX_SIZE + " bytes", null);
			}
			return Files.readString(file, StandardCharsets.ISO_8859_1);
		}
		catch (IOException | UncheckedIOException ex) {
			throw new TlsException(option, file, unreadable(file, ex), ex);
		}
	}

	private static String unreadable(Path file, @Nullable Exception cause) {
		return (cause instanceof NoSuchFileException) ? "does not exist"
				: Files.isDirectory(file) ? "is a directory" : "cannot be read: " + cause;
	}

	/**
	 * A part of a PEM file.
	 *
	 * @param label what it says it is
	 * @param bytes its contents, DER
	 */
	private record Block(String label, byte[] bytes) {
	}

}

package io.microspring.transport;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

import io.netty.util.NetUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes up a certificate of a server, as go-micro's {@code Secure} does (protocol
 * reference §1.4): on the curve P-256, for a year, its own authority.
 * <p>
 * Keys and signatures are the JDK's. It lacks the encoding of certificates (RFC 5280),
 * and the libraries that have it are many times the size of what is written here.
 */
final class SelfSigned {

	private static final Logger logger = LoggerFactory.getLogger(HttpTransport.class);

	private static final Duration LIFE = Duration.ofDays(365);

	/** For peers whose clock is behind. */
	private static final Duration BEFORE = Duration.ofMinutes(5);

	/** Of two digits, which RFC 5280 wants until 2049. */
	private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'")
		.withZone(ZoneOffset.UTC);

	/** ecdsa-with-SHA256. */
	private static final byte[] ALGORITHM = { 0x30, 10, 6, 8, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 4, 3, 2 };

	/** It may vouch, for itself. */
	private static final byte[] BASIC_CONSTRAINTS = { 6, 3, 0x55, 0x1d, 0x13, 1, 1, (byte) 0xff, 4, 5, 0x30, 3, 1, 1,
			(byte) 0xff };

	/** digitalSignature and keyCertSign. */
	private static final byte[] KEY_USAGE = { 6, 3, 0x55, 0x1d, 0x0f, 1, 1, (byte) 0xff, 4, 4, 3, 2, 2, (byte) 0x84 };

	/** serverAuth. */
	private static final byte[] EXTENDED_KEY_USAGE = { 6, 3, 0x55, 0x1d, 0x25, 4, 12, 0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5,
			7, 3, 1 };

	private static final byte[] SUBJECT_ALT_NAME = { 6, 3, 0x55, 0x1d, 0x11 };

	private static final byte[] COMMON_NAME = { 6, 3, 0x55, 4, 3 };

	private static final byte[] VERSION_3 = { 2, 1, 2 };

	private static final int DNS_NAME = 0x82;

	private static final int IP_ADDRESS = 0x87;

	private SelfSigned() {
	}

	/**
	 * Makes up a certificate.
	 * @param host what is listened on; a wildcard or nothing for all addresses of this
	 * host, and localhost
	 * @return the certificate with its key
	 */
	static TlsContexts.Identity of(String host) {
		List<String> names = Addresses.isWildcard(host) ? Addresses.allOfThisHost() : List.of(host);
		try {
			KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
			generator.initialize(new ECGenParameterSpec("secp256r1"));
			KeyPair keys = generator.generateKeyPair();
			X509Certificate certificate = certificate(names, keys, Instant.now());
			logger.warn("TLS: made up a certificate for {} until {}, which nobody vouches for", names,
					certificate.getNotAfter().toInstant());
			return new TlsContexts.Identity(keys.getPrivate(), certificate);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("TLS: a certificate cannot be made up: " + ex.getMessage(), ex);
		}
	}

	private static X509Certificate certificate(List<String> names, KeyPair keys, Instant now)
			throws GeneralSecurityException {
		byte[] name = Der.sequence(Der.write(Der.SET, Der.sequence(COMMON_NAME, utf8("micro"))));
		byte[] content = Der.sequence(Der.write(0xa0, VERSION_3),
				Der.write(Der.INTEGER, new BigInteger(127, new SecureRandom()).toByteArray()), ALGORITHM, name,
				Der.sequence(time(now.minus(BEFORE)), time(now.plus(LIFE))), name, keys.getPublic().getEncoded(),
				Der.write(0xa3,
						Der.sequence(Der.sequence(BASIC_CONSTRAINTS), Der.sequence(KEY_USAGE),
								Der.sequence(EXTENDED_KEY_USAGE),
								Der.sequence(SUBJECT_ALT_NAME, Der.write(Der.OCTETS, alternatives(names))))));
		Signature signature = Signature.getInstance("SHA256withECDSA");
		signature.initSign(keys.getPrivate());
		signature.update(content);
		byte[] signed = Der.sequence(content, ALGORITHM, Der.bits(signature.sign()));
		return (X509Certificate) CertificateFactory.getInstance("X.509")
			.generateCertificate(new ByteArrayInputStream(signed));
	}

	private static byte[] alternatives(List<String> names) {
		List<byte[]> alternatives = new ArrayList<>();
		for (String name : names) {
			InetAddress address = NetUtil.createInetAddressFromIpAddressString(name);
			alternatives.add((address != null) ? Der.write(IP_ADDRESS, address.getAddress())
					: Der.write(DNS_NAME, name.getBytes(StandardCharsets.US_ASCII)));
		}
		return Der.sequence(alternatives.toArray(byte[][]::new));
	}

	private static byte[] utf8(String text) {
		return Der.write(0x0c, text.getBytes(StandardCharsets.UTF_8));
	}

	private static byte[] time(Instant time) {
		return Der.write(0x17, TIME.format(time).getBytes(StandardCharsets.US_ASCII));
	}

}

package io.microspring.transport;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.security.interfaces.ECPrivateKey;
import java.util.Base64;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Files of TLS are read when the transport is made, and what is wrong with one is said
 * with its name.
 */
class TlsFilesTest {

	@TempDir
	Path directory;

	private Certificates certificates;

	private X509Bundle issued;

	@BeforeEach
	void issue() throws Exception {
		this.certificates = new Certificates(this.directory);
		this.issued = this.certificates.issue(Certificates.server());
	}

	@Test
	void keysOfAllUsualFormsAreRead() throws Exception {
		X509Bundle rsa = this.certificates.issue(new CertificateBuilder().rsa2048());
		load(this.certificates.chain(rsa), this.certificates.key(rsa));
		byte[] pkcs8 = rsa.getKeyPair().getPrivate().getEncoded();
		byte[] pkcs1 = java.util.Arrays.copyOfRange(pkcs8, 26, pkcs8.length);
		load(this.certificates.chain(rsa), pem("RSA PRIVATE KEY", pkcs1));
		load(this.certificates.chain(this.issued), this.certificates.key(this.issued));
		Path sec1 = this.certificates.write("sec1.pem",
				"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
						+ block("EC PRIVATE KEY", sec1(this.issued)));
		load(this.certificates.chain(this.issued), sec1);
	}

	@Test
	void fileThatIsNotThereIsNamed() throws Exception {
		Path nowhere = this.directory.resolve("nowhere.pem");
		assertRefused(nowhere, this.certificates.key(this.issued), "certificate", nowhere, "does not exist");
		assertRefused(this.certificates.chain(this.issued), nowhere, "private-key", nowhere, "does not exist");
		assertRefused(this.certificates.chain(this.issued), this.directory, "private-key", this.directory,
				"is a directory");
	}

	@Test
	void fileOfSomethingElseIsNamed() throws Exception {
		Path chain = this.certificates.chain(this.issued);
		Path key = this.certificates.key(this.issued);
		assertRefused(key, key, "certificate", key, "holds no certificate");
		assertRefused(chain, chain, "private-key", chain, "holds no private key");
		Path garbage = pem("CERTIFICATE", new byte[] { 1, 2, 3 });
		assertRefused(garbage, key, "certificate", garbage, "cannot be read");
		Path nonsense = pem("PRIVATE KEY", new byte[] { 1, 2, 3 });
		assertRefused(chain, nonsense, "private-key", nonsense, "no RSA or EC key");
		Path cut = pem("EC PRIVATE KEY", new byte[] { 0x30, 0x70, 2, 1, 1 });
		assertRefused(chain, cut, "private-key", cut, "cannot be read");
		Path encrypted = pem("ENCRYPTED PRIVATE KEY", new byte[] { 1 });
		assertRefused(chain, encrypted, "private-key", encrypted, "is encrypted");
	}

	@Test
	void keyOfAnotherCertificateIsNamed() throws Exception {
		Path chain = this.certificates.chain(this.issued);
		Path other = this.certificates.key(this.certificates.issue(Certificates.server()));
		assertRefused(chain, other, "private-key", other, "is not that of the certificate " + chain);
		Path rsa = this.certificates.key(this.certificates.issue(new CertificateBuilder().rsa2048()));
		assertRefused(chain, rsa, "private-key", rsa, "is not that of the certificate " + chain);
	}

	@Test
	void expiredCertificateIsNamed() throws Exception {
		X509Bundle old = this.certificates.issue(Certificates.expired());
		Path chain = this.certificates.chain(old);
		assertRefused(chain, this.certificates.key(old), "certificate", chain, "has expired on ");
	}

	@Test
	void authoritiesThatCannotBeReadAreNamed() {
		Path nowhere = this.directory.resolve("authorities.pem");
		TlsOptions client = TlsOptions.client().withTrustCertificate(nowhere);
		assertThatExceptionOfType(TlsException.class)
			.isThrownBy(() -> Transport.http(HttpOptions.defaults().withClientTls(client)))
			.satisfies((failure) -> assertThat(failure.option()).isEqualTo("trust-certificate"))
			.withMessageContaining(nowhere + " does not exist");
	}

	@Test
	void serverWithoutACertificateIsRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> Transport.http(HttpOptions.defaults().withServerTls(TlsOptions.client())))
			.withMessageContaining("a server needs a certificate");
	}

	private static void load(Path certificate, Path key) {
		Transport.http(HttpOptions.defaults().withServerTls(TlsOptions.server(certificate, key))).close();
	}

	private static void assertRefused(Path certificate, Path key, String option, Path file, String reason) {
		assertThatExceptionOfType(TlsException.class).isThrownBy(() -> load(certificate, key)).satisfies((failure) -> {
			assertThat(failure.option()).isEqualTo(option);
			assertThat(failure.file()).isEqualTo(file);
		}).withMessageContaining("TLS: the " + option + " " + file + " ").withMessageContaining(reason);
	}

	private Path pem(String label, byte[] der) throws Exception {
		return this.certificates.write("file.pem", block(label, der));
	}

	private static String block(String label, byte[] der) {
		return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label
				+ "-----\n";
	}

	/** A key on P-256 as openssl writes it, without its public half. */
	private static byte[] sec1(X509Bundle bundle) {
		byte[] number = ((ECPrivateKey) bundle.getKeyPair().getPrivate()).getS().toByteArray();
		byte[] secret = new byte[32];
		int length = Math.min(32, number.length);
		System.arraycopy(number, number.length - length, secret, 32 - length, length);
		ByteArrayOutputStream der = new ByteArrayOutputStream();
		der.writeBytes(new byte[] { 0x30, 0x31, 2, 1, 1, 4, 0x20 });
		der.writeBytes(secret);
		der.writeBytes(new byte[] { (byte) 0xa0, 0x0a, 6, 8, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 3, 1, 7 });
		return der.toByteArray();
	}

}

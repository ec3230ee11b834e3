package io.microspring.autoconfigure;

import java.net.URI;
import java.nio.file.Path;
import java.util.function.Supplier;

import io.microspring.transport.TlsBundle;
import io.microspring.transport.TlsException;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MutuallyExclusiveConfigurationPropertiesException;
import org.springframework.boot.ssl.SslBundles;

/**
 * TLS to the servers of a registry, a broker or a transport.
 *
 * @param bundle SSL bundle with the authorities that are believed, and the certificate to
 * show; instead of files, and read again when it changes.
 * @param trustCertificate PEM file of the authorities that are believed; empty for those
 * that the JVM believes.
 * @param certificate PEM file of the certificate to show, for servers that want one.
 * @param privateKey PEM file of the certificate's private key, PKCS#8, not encrypted.
 * @param serverName Name that must stand in the server's certificate; empty for the host
 * of the address.
 * @param insecureSkipVerify Whether any certificate is believed, for tries only: anybody
 * in between can read and change what is said.
 */
public record BackendSsl(@DefaultValue("") String bundle, @DefaultValue("") String trustCertificate,
		@DefaultValue("") String certificate, @DefaultValue("") String privateKey, @DefaultValue("") String serverName,
		@DefaultValue("false") boolean insecureSkipVerify) {

	/**
	 * What is set, as the backends take it, if it can be used.
	 * @param prefix what stands before the names of these properties, with its dot
	 * @param bundles where the bundle is, null when there are none
	 * @return the options, or null when nothing is set
	 * @throws InvalidConfigurationPropertyValueException when there is no such bundle, or
	 * a file cannot be used
	 */
	public @Nullable TlsOptions toOptions(String prefix, @Nullable SslBundles bundles) {
		requireOne(prefix, "bundle", this.bundle, "trust-certificate", this.trustCertificate);
		requireOne(prefix, "bundle", this.bundle, "certificate", this.certificate);
		requireOne(prefix, "bundle", this.bundle, "private-key", this.privateKey);
		if (this.certificate.isEmpty() != this.privateKey.isEmpty()) {
			throw new InvalidConfigurationPropertyValueException(
					prefix + (this.certificate.isEmpty() ? "certificate" : "private-key"), "",
					"A certificate and its private key come together.");
		}
		TlsOptions options = withoutBundle();
		if (!this.bundle.isEmpty()) {
			return ((options != null) ? options : TlsOptions.client()).withBundle(bundle(prefix, this.bundle, bundles));
		}
		return (options != null) ? usable(prefix, options) : null;
	}

	/**
	 * Options whose files can be used.
	 * @param prefix what stands before the names of their properties, with its dot
	 * @param options the options
	 * @return the same
	 * @throws InvalidConfigurationPropertyValueException when a file cannot be used; it
	 * names the property and the file
	 */
	public static TlsOptions usable(String prefix, TlsOptions options) {
		try {
			options.toKeyManagerFactory();
			options.toTrustManagerFactory();
			return options;
		}
		catch (TlsException ex) {
			throw new InvalidConfigurationPropertyValueException(prefix + ex.option(), ex.file(), ex.getMessage());
		}
	}

	/**
	 * What is set but for the bundle, whether or not it can be used: for who shows it.
	 * @return the options, or null when nothing else is set
	 */
	public @Nullable TlsOptions withoutBundle() {
		if ((this.trustCertificate + this.certificate + this.privateKey + this.serverName).isEmpty()
				&& !this.insecureSkipVerify) {
			return null;
		}
		return new TlsOptions(path(this.certificate), path(this.privateKey), path(this.trustCertificate),
				this.serverName.isEmpty() ? null : this.serverName, this.insecureSkipVerify,
				TlsOptions.client().handshakeTimeout());
	}

	/**
	 * An SSL bundle of Boot's, as it is whenever it is asked for.
	 * @param prefix what stands before the name of its property, with its dot
	 * @param name the bundle's name
	 * @param bundles where it is, null when there are none
	 * @return what gives the bundle
	 * @throws InvalidConfigurationPropertyValueException when there is none of that name,
	 * or what is in it cannot be used
	 */
	public static Supplier<TlsBundle> bundle(String prefix, String name, @Nullable SslBundles bundles) {
		return BootBundle.of(bundles, prefix + "bundle", name);
	}

	/**
	 * Refuses several of what stand for the same, as a bundle and files do.
	 * @param prefix what stands before the names, with its dot
	 * @param namesAndValues names and values, which take turns; empty for what is not set
	 * @throws MutuallyExclusiveConfigurationPropertiesException when there are several
	 */
	public static void requireOne(String prefix, String... namesAndValues) {
		MutuallyExclusiveConfigurationPropertiesException.throwIfMultipleNonNullValuesIn((entries) -> {
			for (int i = 0; i < namesAndValues.length; i += 2) {
				entries.put(prefix + namesAndValues[i], namesAndValues[i + 1].isEmpty() ? null : namesAndValues[i + 1]);
			}
		});
	}

	/**
	 * A file by its path, or by an URL.
	 * @param file the path or URL, empty for none
	 * @return the path, or null for none
	 */
	public static @Nullable Path path(String file) {
		if (file.isEmpty()) {
			return null;
		}
		return file.startsWith("file:/") ? Path.of(URI.create(file)) : Path.of(file);
	}

}

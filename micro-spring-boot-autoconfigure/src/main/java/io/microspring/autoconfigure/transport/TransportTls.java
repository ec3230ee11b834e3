package io.microspring.autoconfigure.transport;

import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.microspring.transport.TlsException;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MutuallyExclusiveConfigurationPropertiesException;
import org.springframework.boot.ssl.SslBundles;

/**
 * TLS of this service, by {@code micro.server.ssl} and {@code micro.client.ssl}: for
 * whatever it listens with, and for whatever calls others of its kind.
 *
 * @param server what is listened with; null for no TLS
 * @param client what is called with; null for no TLS
 */
public record TransportTls(@Nullable TlsOptions server, @Nullable TlsOptions client) {

	static TransportTls of(ServerSslProperties server, ClientSslProperties client, @Nullable SslBundles bundles) {
		return new TransportTls(server.toOptions(bundles), client.toOptions(bundles));
	}

	/**
	 * Opens something with these options, and names the property whose file cannot be
	 * used.
	 * @param <T> what it is
	 * @param opening opens it
	 * @return what was opened
	 * @throws InvalidConfigurationPropertyValueException when a file cannot be used
	 */
	public <T> T open(Supplier<T> opening) {
		try {
			return opening.get();
		}
		catch (TlsException ex) {
			String side = names(this.server, ex.file()) ? ServerSslProperties.PREFIX : ClientSslProperties.PREFIX;
			throw new InvalidConfigurationPropertyValueException(side + ex.option(), ex.file(), ex.getMessage());
		}
	}

	private static boolean names(@Nullable TlsOptions options, Path file) {
		return options != null && Stream.of(options.certificate(), options.privateKey(), options.trustCertificate())
			.anyMatch(file::equals);
	}

	/** Refuses several of what stand for the same: names and values take turns. */
	static void requireOne(String prefix, String... namesAndValues) {
		MutuallyExclusiveConfigurationPropertiesException.throwIfMultipleNonNullValuesIn((entries) -> {
			for (int i = 0; i < namesAndValues.length; i += 2) {
				entries.put(prefix + namesAndValues[i], namesAndValues[i + 1].isEmpty() ? null : namesAndValues[i + 1]);
			}
		});
	}

}

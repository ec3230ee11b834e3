package io.microspring.autoconfigure;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.microspring.transport.TlsBundle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.SslStoreBundle;

/**
 * An SSL bundle of Boot's as it is now: after each change another one, unless that cannot
 * be used.
 */
final class BootBundle implements Supplier<TlsBundle> {

	private static final Logger logger = LoggerFactory.getLogger(BootBundle.class);

	private final String name;

	/** So that none takes the place of one that is newer. */
	private final ReentrantLock lock = new ReentrantLock();

	private volatile TlsBundle present;

	private BootBundle(String name, TlsBundle present) {
		this.name = name;
		this.present = present;
	}

	/**
	 * Follows a bundle.
	 * @param bundles where it is; null when there are none
	 * @param property the property that names it
	 * @param name its name
	 * @return what gives the bundle
	 * @throws InvalidConfigurationPropertyValueException when there is none of that name,
	 * or what is in it cannot be used
	 */
	static BootBundle of(@Nullable SslBundles bundles, String property, String name) {
		if (bundles == null) {
			throw new InvalidConfigurationPropertyValueException(property, name, "There are no SSL bundles.");
		}
		try {
			BootBundle bundle = new BootBundle(name, convert(bundles.getBundle(name)));
			bundles.addBundleUpdateHandler(name, bundle::update);
			bundle.readAgain(bundles);
			return bundle;
		}
		catch (NoSuchSslBundleException ex) {
			throw new InvalidConfigurationPropertyValueException(property, name,
					"There is no SSL bundle of that name; there are: " + bundles.getBundleNames());
		}
		catch (RuntimeException ex) {
			throw new InvalidConfigurationPropertyValueException(property, name,
					"The SSL bundle cannot be used: " + ex.getMessage(), ex);
		}
	}

	@Override
	public TlsBundle get() {
		return this.present;
	}

	/** It may have changed before anybody was told. */
	private void readAgain(SslBundles bundles) {
		this.lock.lock();
		try {
			this.present = convert(bundles.getBundle(this.name));
		}
		finally {
			this.lock.unlock();
		}
	}

	private void update(SslBundle changed) {
		this.lock.lock();
		try {
			this.present = convert(changed);
			logger.info("TLS: the SSL bundle '{}' has changed; connections that begin now are made of it", this.name);
		}
		catch (RuntimeException ex) {
			logger.error("TLS: the SSL bundle '{}' has changed and cannot be used, the one before is kept: {}",
					this.name, ex.getMessage());
		}
		finally {
			this.lock.unlock();
		}
	}

	private static TlsBundle convert(SslBundle bundle) {
		SslStoreBundle stores = bundle.getStores();
		SslManagerBundle managers = bundle.getManagers();
		SslOptions options = bundle.getOptions();
		// One without stores has managers of its own.
		boolean own = stores == SslStoreBundle.NONE;
		return new TlsBundle((own || stores.getKeyStore() != null) ? managers.getKeyManagerFactory() : null,
				(own || stores.getTrustStore() != null) ? managers.getTrustManagerFactory() : null,
				listed(options.getEnabledProtocols()), listed(options.getCiphers()));
	}

	private static List<String> listed(String @Nullable [] values) {
		return (values != null) ? List.of(values) : List.of();
	}

}

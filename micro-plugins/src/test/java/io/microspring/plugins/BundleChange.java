package io.microspring.plugins;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;

import io.microspring.transport.TlsBundle;
import io.microspring.transport.TlsOptions;
import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThatRuntimeException;

/**
 * A bundle that is of no use at first, and then is.
 */
public final class BundleChange {

	private BundleChange() {
	}

	/**
	 * Makes sure that connections are made of what a bundle is when they begin.
	 * @param ours what the server lets in
	 * @param open opens a backend that is connected to the server when it is used
	 * @param use uses it
	 */
	public static <T extends AutoCloseable> void assertTaken(TlsOptions ours, Function<TlsOptions, T> open,
			Consumer<T> use) throws Exception {
		AtomicReference<TlsBundle> bundle = new AtomicReference<>(TlsBundle.of(null, null));
		try (T backend = open.apply(TlsOptions.client().withBundle(bundle::get))) {
			assertThatRuntimeException().isThrownBy(() -> use.accept(backend))
				.withMessageContaining("certification path");
			bundle.set(TlsBundle.of(ours.toKeyManagerFactory(), ours.toTrustManagerFactory()));
			Awaitility.await()
				.atMost(Duration.ofSeconds(40))
				.ignoreExceptions()
				.untilAsserted(() -> use.accept(backend));
		}
	}

}

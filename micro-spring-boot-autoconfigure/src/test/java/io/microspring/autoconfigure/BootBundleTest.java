package io.microspring.autoconfigure;

import java.util.List;
import java.util.Set;

import io.microspring.concurrent.Threads;
import org.junit.jupiter.api.Test;

import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.SslStoreBundle;

import static org.awaitility.Awaitility.await;

class BootBundleTest {

	@Test
	void bundleThatChangesWhileItIsReadIsNotForgotten() {
		Changing bundles = new Changing();
		bundles.registerBundle("fleet", SslBundle.of(SslStoreBundle.NONE));
		BootBundle bundle = BootBundle.of(bundles, "micro.server.ssl.bundle", "fleet");
		await().until(() -> bundle.get().protocols().equals(List.of("TLSv1.3")));
	}

	/** Changes when it has been read the second time, before the reader goes on. */
	private static final class Changing extends DefaultSslBundleRegistry {

		private int reads;

		@Override
		public SslBundle getBundle(String name) {
			SslBundle read = super.getBundle(name);
			this.reads++;
			if (this.reads == 2) {
				SslOptions options = SslOptions.of(null, Set.of("TLSv1.3"));
				SslBundle newer = SslBundle.of(SslStoreBundle.NONE, SslBundleKey.NONE, options);
				join(Threads.start("reload", () -> updateBundle(name, newer)));
			}
			return read;
		}

		/** Or not to its end, when it has to wait for the reader. */
		private static void join(Thread thread) {
			try {
				thread.join(500);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}

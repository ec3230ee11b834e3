package io.microspring.selector;

import java.util.function.Function;

import io.microspring.transport.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * What calls that belong together have in common, and its hash: one that is the same in
 * every process.
 */
interface Keys {

	/** The key that the call was given. */
	Keys OWN = Selection::key;

	/**
	 * The key of a call.
	 * @param call the call
	 * @return the key, or null for none
	 */
	@Nullable String of(Selection call);

	/** The hash of a call's own key, else of who made the call that is being served. */
	static long hash(Selection call) {
		String key = call.key();
		if (key != null) {
			return hash(key);
		}
		String caller = call.caller();
		if (!caller.isEmpty()) {
			// All connections of a host count as one.
			int port = caller.lastIndexOf(':');
			return hash(caller, (port < 0) ? caller.length() : port);
		}
		return ThisHost.HASH;
	}

	static long hash(String text) {
		return hash(text, text.length());
	}

	/** FNV-1a over the characters, and MurmurHash3's last step to spread it. */
	private static long hash(String text, int length) {
		long hash = 0xcbf29ce484222325L;
		for (int i = 0; i < length; i++) {
			hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
		}
		return spread(hash);
	}

	static long spread(long hash) {
		long mixed = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
		mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
		return mixed ^ (mixed >>> 33);
	}

	/**
	 * A header.
	 *
	 * @param name its name
	 */
	record Header(String name) implements Keys {

		@Override
		public @Nullable String of(Selection call) {
			return call.metadata(this.name);
		}

	}

	/**
	 * What a function makes of the call.
	 *
	 * @param function the function
	 */
	record Custom(Function<Selection, @Nullable String> function) implements Keys {

		@Override
		public @Nullable String of(Selection call) {
			return this.function.apply(call);
		}

	}

	/** Looked up once, when first needed. */
	final class ThisHost {

		private static final long HASH = of(Addresses.announced("0.0.0.0:0", ""));

		private ThisHost() {
		}

		private static long of(String address) {
			return hash(address, address.lastIndexOf(':'));
		}

	}

}

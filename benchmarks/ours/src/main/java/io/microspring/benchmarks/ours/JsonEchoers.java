package io.microspring.benchmarks.ours;

import io.microspring.call.MicroEndpoint;
import io.microspring.concurrent.ExecutorMode;

/**
 * The handlers for JSON.
 */
final class JsonEchoers {

	private JsonEchoers() {
	}

	/**
	 * What is sent and answered.
	 *
	 * @param text the text
	 */
	public record Text(String text) {
	}

	/**
	 * On whatever the server runs handlers on.
	 */
	public static final class Default {

		public Text call(Text request) {
			return request;
		}

	}

	/**
	 * On the event loop.
	 */
	public static final class Direct {

		@MicroEndpoint(executor = ExecutorMode.DIRECT)
		public Text call(Text request) {
			return request;
		}

	}

}

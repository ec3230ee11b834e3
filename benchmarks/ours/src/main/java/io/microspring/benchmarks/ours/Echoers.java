package io.microspring.benchmarks.ours;

import io.microspring.benchmarks.proto.Count;
import io.microspring.benchmarks.proto.Echo;
import io.microspring.call.MicroEndpoint;
import io.microspring.call.Stream;
import io.microspring.concurrent.ExecutorMode;

/**
 * The handlers for protobuf.
 */
final class Echoers {

	private Echoers() {
	}

	private static void send(Count count, Stream<Echo, Count> answers) {
		Echo message = Echo.newBuilder().setText(count.getText()).build();
		for (int i = 0; i < count.getMessages(); i++) {
			answers.send(message);
		}
	}

	/**
	 * On whatever the server runs handlers on.
	 */
	public static final class Default {

		public Echo call(Echo request) {
			return request;
		}

		public void stream(Count count, Stream<Echo, Count> answers) {
			send(count, answers);
		}

	}

	/**
	 * On the event loop.
	 */
	public static final class Direct {

		@MicroEndpoint(executor = ExecutorMode.DIRECT)
		public Echo call(Echo request) {
			return request;
		}

		public void stream(Count count, Stream<Echo, Count> answers) {
			send(count, answers);
		}

	}

}

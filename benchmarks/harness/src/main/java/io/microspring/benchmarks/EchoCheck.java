package io.microspring.benchmarks;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Calls a peer a few times with each length of payload, client and server in one process:
 * so that a peer whose maker changed something is noticed before it is measured.
 */
public final class EchoCheck {

	private static final int[] LENGTHS = { 100, 1024, 64 * 1024 };

	private static final int STREAMED = 100;

	private static final int SECONDS = 30;

	private EchoCheck() {
	}

	/**
	 * Serves, connects, calls and, where the peer streams, streams.
	 * @param peer what to check
	 * @param variant how to run it
	 * @param concurrency how many calls to make at a time
	 * @throws Exception when a call fails or is not answered with what was sent
	 */
	public static void run(Peer peer, String variant, int concurrency) throws Exception {
		try (Server server = peer.serve(variant); Caller caller = peer.connect(variant, server.port(), concurrency)) {
			for (int length : LENGTHS) {
				Payload payload = Payload.ofLength(length);
				if (caller instanceof AsyncCaller async) {
					together(async::call, payload, concurrency);
				}
				else if (caller instanceof BlockingCaller blocking) {
					together((sent, done) -> blocking(blocking, sent, done), payload, concurrency);
				}
				if (caller instanceof StreamCaller stream) {
					long received = stream.stream(STREAMED, payload);
					if (received != STREAMED) {
						throw new IllegalStateException("received " + received + " of " + STREAMED + " messages");
					}
				}
			}
		}
	}

	private static void blocking(BlockingCaller caller, Payload payload, Completion done) {
		Thread thread = new Thread(() -> {
			try {
				caller.call(payload);
				done.done(null);
			}
			catch (Throwable failure) {
				done.done(failure);
			}
		}, "check");
		thread.setDaemon(true);
		thread.start();
	}

	private static void together(Call call, Payload payload, int concurrency) throws Exception {
		CountDownLatch answered = new CountDownLatch(concurrency);
		AtomicReference<Throwable> failed = new AtomicReference<>();
		for (int i = 0; i < concurrency; i++) {
			call.make(payload, (failure) -> {
				failed.compareAndSet(null, failure);
				answered.countDown();
			});
		}
		boolean all = answered.await(SECONDS, TimeUnit.SECONDS);
		if (failed.get() != null) {
			throw new IllegalStateException("a call of " + payload.text().length() + " bytes failed", failed.get());
		}
		if (!all) {
			throw new IllegalStateException(answered.getCount() + " of " + concurrency + " calls of "
					+ payload.text().length() + " bytes are not answered");
		}
	}

	private interface Call {

		void make(Payload payload, Completion done);

	}

}

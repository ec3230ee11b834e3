package io.microspring.call;

import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives a subscriber what a stream receives, as it asks for it. A thread of the executor
 * waits for messages only while some are asked for.
 */
final class Receiving implements Flow.Subscription {

	private final Stream<?, Object> stream;

	private final Executor executor;

	private final Flow.Subscriber<? super Object> subscriber;

	private final AtomicLong wanted = new AtomicLong();

	/** Nothing more is signalled: it has ended, or was cancelled. */
	private final AtomicBoolean done = new AtomicBoolean();

	private final Runnable onCancel;

	Receiving(Stream<?, Object> stream, Executor executor, Flow.Subscriber<? super Object> subscriber,
			Runnable onCancel) {
		this.stream = stream;
		this.executor = executor;
		this.subscriber = subscriber;
		this.onCancel = onCancel;
	}

	@Override
	public void request(long n) {
		if (n <= 0) {
			finish(() -> this.subscriber.onError(new IllegalArgumentException("requested " + n)));
		}
		else if (this.wanted.getAndAccumulate(n, Receiving::add) == 0) {
			try {
				this.executor.execute(this::deliver);
			}
			catch (RejectedExecutionException ex) {
				finish(() -> this.subscriber.onError(ex));
			}
		}
	}

	@Override
	public void cancel() {
		if (this.done.compareAndSet(false, true)) {
			this.onCancel.run();
		}
	}

	private void deliver() {
		try {
			do {
				Object message = this.stream.receive();
				if (message == null) {
					finish(this.subscriber::onComplete);
					return;
				}
				if (!this.done.get()) {
					this.subscriber.onNext(message);
				}
			}
			while (!this.done.get() && this.wanted.decrementAndGet() > 0);
		}
		catch (RuntimeException ex) {
			finish(() -> this.subscriber.onError(ex));
		}
	}

	private void finish(Runnable signal) {
		if (this.done.compareAndSet(false, true)) {
			this.stream.close();
			signal.run();
		}
	}

	private static long add(long before, long more) {
		long sum = before + more;
		return (sum < 0) ? Long.MAX_VALUE : sum;
	}

}

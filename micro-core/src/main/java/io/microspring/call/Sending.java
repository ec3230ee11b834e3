package io.microspring.call;

import java.util.concurrent.Flow;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.microspring.errors.MicroException;
import org.jspecify.annotations.Nullable;

/**
 * Sends what a publisher publishes. Asks for one message at a time, so that the stream's
 * own back-pressure is the publisher's.
 */
final class Sending implements Flow.Subscriber<Object> {

	private final Stream<Object, ?> stream;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private Flow.@Nullable Subscription subscription;

	private @Nullable Object next;

	private @Nullable Throwable failure;

	/** The publisher has nothing more. */
	private boolean done;

	/** Nobody wants more: the stream has ended, or sending failed. */
	private boolean over;

	Sending(Stream<Object, ?> stream) {
		this.stream = stream;
	}

	void run(Flow.Publisher<Object> publisher) throws Exception {
		this.stream.onEnd(() -> signal(() -> this.over = true));
		publisher.subscribe(this);
		try {
			for (Object message = take(); message != null; message = take()) {
				this.stream.send(message);
				request();
			}
		}
		finally {
			cancel();
		}
	}

	private @Nullable Object take() throws Exception {
		this.lock.lockInterruptibly();
		try {
			while (this.next == null && !this.done && !this.over) {
				this.changed.await();
			}
			Object message = this.next;
			this.next = null;
			if (message != null) {
				return message;
			}
			if (this.failure instanceof Exception ex) {
				throw ex;
			}
			if (this.failure != null) {
				throw new IllegalStateException(this.failure);
			}
			if (!this.done) {
				throw MicroException.of("go.micro.stream", 499, "the stream ended before its publisher");
			}
			return null;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void request() {
		Flow.Subscription active = this.subscription;
		if (active != null) {
			active.request(1);
		}
	}

	private void cancel() {
		signal(() -> this.over = true);
		Flow.Subscription active = this.subscription;
		if (active != null && !this.done) {
			active.cancel();
		}
	}

	/** Some publishers come with this later, on a thread of their own. */
	@Override
	public void onSubscribe(Flow.Subscription given) {
		boolean late = signal(() -> this.subscription = given);
		if (late) {
			given.cancel();
		}
		else {
			given.request(1);
		}
	}

	@Override
	public void onNext(Object item) {
		signal(() -> this.next = item);
	}

	@Override
	public void onError(Throwable throwable) {
		signal(() -> {
			this.failure = throwable;
			this.done = true;
		});
	}

	@Override
	public void onComplete() {
		signal(() -> this.done = true);
	}

	/** Whether it is over, in the end. */
	private boolean signal(Runnable change) {
		this.lock.lock();
		try {
			change.run();
			this.changed.signalAll();
			return this.over;
		}
		finally {
			this.lock.unlock();
		}
	}

}

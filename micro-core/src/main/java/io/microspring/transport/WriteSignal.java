package io.microspring.transport;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Where threads wait until a connection takes more. Thread-safe; costs nothing while
 * nobody waits.
 */
final class WriteSignal {

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	/** How many threads wait. */
	private volatile int waiting;

	/**
	 * Waits until something can be written, or nothing ever will.
	 * @param timeout how long at the most
	 * @param open whether it is worth waiting
	 * @param writable whether more is welcome
	 * @return whether more is welcome now
	 * @throws InterruptedException when the thread is interrupted
	 */
	boolean await(Duration timeout, BooleanSupplier open, BooleanSupplier writable) throws InterruptedException {
		this.lock.lockInterruptibly();
		try {
			this.waiting++;
			long left = timeout.toNanos();
			while (open.getAsBoolean() && !writable.getAsBoolean() && left > 0) {
				left = this.changed.awaitNanos(left);
			}
			return open.getAsBoolean() && writable.getAsBoolean();
		}
		finally {
			this.waiting--;
			this.lock.unlock();
		}
	}

	/** Lets those who wait look again. */
	void wake() {
		if (this.waiting > 0) {
			this.lock.lock();
			try {
				this.changed.signalAll();
			}
			finally {
				this.lock.unlock();
			}
		}
	}

}

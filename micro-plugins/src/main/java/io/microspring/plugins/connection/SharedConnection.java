package io.microspring.plugins.connection;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import org.jspecify.annotations.Nullable;

/**
 * The connection that all who publish by a broker share: made by whoever wants it first,
 * and anew once it was lost. Thread-safe.
 *
 * @param <C> the driver's connection
 */
public final class SharedConnection<C> {

	private final Broker broker;

	private final Predicate<C> usable;

	private final ReentrantLock lock = new ReentrantLock();

	private volatile @Nullable C present;

	private volatile boolean closed;

	/**
	 * No connection yet.
	 * @param broker whose, for messages
	 * @param usable whether a connection is still one; asked each time
	 */
	public SharedConnection(Broker broker, Predicate<C> usable) {
		this.broker = broker;
		this.usable = usable;
	}

	/**
	 * The connection.
	 * @param timeout how long to wait for another thread that connects
	 * @param connect makes it, by one thread at a time
	 * @return the connection
	 * @throws BrokerException when the broker is closed or another thread still connects
	 */
	public C get(Duration timeout, Supplier<C> connect) {
		C connected = this.present;
		if (connected != null && this.usable.test(connected)) {
			return connected;
		}
		try {
			if (!this.lock.tryLock(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
				throw new BrokerException(
						this.broker + " is still being connected to after " + timeout.toMillis() + " ms", null);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new BrokerException("interrupted while connecting to " + this.broker, ex);
		}
		try {
			requireOpen();
			connected = this.present;
			if (connected == null || !this.usable.test(connected)) {
				connected = connect.get();
				this.present = connected;
			}
			return connected;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Whether the broker is closed.
	 * @return true once nothing is connected any more
	 */
	public boolean isClosed() {
		return this.closed;
	}

	/**
	 * Makes sure that the broker is not closed.
	 * @throws BrokerException when it is
	 */
	public void requireOpen() {
		if (this.closed) {
			throw new BrokerException("broker " + this.broker.name() + " is closed", null);
		}
	}

	/**
	 * From now on nothing is connected; the connection that is there can still be had.
	 */
	public void stop() {
		this.closed = true;
	}

	/**
	 * Ends the connection, once nobody connects.
	 * @param end ends it, when there is one
	 */
	public void close(Consumer<C> end) {
		this.closed = true;
		this.lock.lock();
		try {
			C connected = this.present;
			this.present = null;
			if (connected != null) {
				end.accept(connected);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

}

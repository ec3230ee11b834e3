package io.microspring.client;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * The connections to one address that wait for a call: a stack without locks. What is
 * taken out of the middle leaves its place empty, until the stack has come down to it.
 */
final class IdleConnections {

	private final AtomicReference<@Nullable Place> top = new AtomicReference<>();

	private final AtomicInteger size = new AtomicInteger();

	/** How many connections there are to the address; changed under the map's lock. */
	private int open;

	/** A connection to the address is there. */
	IdleConnections opened() {
		this.open++;
		return this;
	}

	/**
	 * A connection to the address has gone.
	 * @return this, or null when it was the last
	 */
	@Nullable IdleConnections closed() {
		this.open--;
		return (this.open > 0) ? this : null;
	}

	/**
	 * Adds a connection.
	 * @param connection the connection
	 * @param most how many may wait
	 * @return false when there are as many already
	 */
	boolean add(Connection connection, int most) {
		if (this.size.incrementAndGet() > most) {
			this.size.decrementAndGet();
			return false;
		}
		Place place = new Place(connection);
		connection.place(place);
		Place below;
		do {
			below = this.top.get();
			place.below = below;
		}
		while (!this.top.compareAndSet(below, place));
		return true;
	}

	/** Takes the connection out that was added last; null when there is none. */
	@Nullable Connection poll() {
		while (true) {
			Place place = this.top.get();
			if (place == null) {
				return null;
			}
			if (this.top.compareAndSet(place, place.below)) {
				Connection connection = place.getAndSet(null);
				if (connection != null) {
					this.size.decrementAndGet();
					return connection;
				}
			}
		}
	}

	/** Takes a connection out that has closed, if it waits here. */
	void remove(Connection connection) {
		Place place = connection.place();
		if (place != null && place.compareAndSet(connection, null)) {
			this.size.decrementAndGet();
		}
	}

	int size() {
		return this.size.get();
	}

	/** Used once only, so that no place is mistaken for another. */
	static final class Place extends AtomicReference<@Nullable Connection> {

		private static final long serialVersionUID = 1L;

		private @Nullable Place below;

		Place(Connection connection) {
			super(connection);
		}

	}

}

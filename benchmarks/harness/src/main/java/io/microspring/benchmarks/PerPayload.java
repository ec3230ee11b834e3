package io.microspring.benchmarks;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * What a caller makes of a payload, kept as long as the same payload is sent: building a
 * request is the user's work, encoding it is the peer's. It may be used by any thread.
 *
 * @param <T> a request
 */
public final class PerPayload<T> {

	private final Function<Payload, T> maker;

	private volatile @Nullable Made<T> last;

	/**
	 * Makes requests.
	 * @param maker builds one
	 */
	public PerPayload(Function<Payload, T> maker) {
		this.maker = maker;
	}

	/**
	 * The request for a payload.
	 * @param payload what to send
	 * @return what was made of it
	 */
	public T of(Payload payload) {
		Made<T> made = this.last;
		if (made == null || made.payload != payload) {
			made = new Made<>(payload, this.maker.apply(payload));
			this.last = made;
		}
		return made.request;
	}

	private record Made<T>(Payload payload, T request) {
	}

}

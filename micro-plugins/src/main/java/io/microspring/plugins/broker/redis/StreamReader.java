package io.microspring.plugins.broker.redis;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

import io.lettuce.core.StreamMessage;
import io.microspring.broker.Receipt;
import org.jspecify.annotations.Nullable;

/**
 * How one subscription gets the entries of a stream. Used by the thread of the
 * subscription alone, but for {@link #stop()}, {@link #lag()} and the receipts. What
 * Redis does not answer or refuses is a {@code RedisException} or a
 * {@code BrokerException}.
 */
interface StreamReader {

	/** How long an entry is waited for at the most. */
	Duration WAIT = Duration.ofSeconds(2);

	/** From now on nothing is missed. */
	void begin();

	/**
	 * The next entries; waits for the first one.
	 * @param count how many at the most
	 * @return the entries, none when there came none in time
	 */
	List<StreamMessage<String, byte[]>> next(int count);

	/** How often {@link #others} is to be asked. */
	Duration rhythm();

	/**
	 * Says of what is here that it still is, and takes over what others have left.
	 * @param count how many at the most, may be 0
	 * @return the entries
	 */
	Left others(int count);

	/**
	 * An entry is about to be handed over.
	 * @param id the entry
	 * @return what is told of what becomes of it; null when it is here already
	 */
	@Nullable Receipt take(String id);

	/** How many entries wait for this subscription or its queue, if it is known. */
	OptionalLong lag();

	/** Whoever waits for the next entries need not any longer. */
	void stop();

	/**
	 * What is not dealt with is left to others, and the connection closed.
	 * @param quiet whether nobody waits for entries any more
	 */
	void end(boolean quiet);

	/**
	 * What others have left.
	 *
	 * @param toHandle what is to be handled
	 * @param hopeless what has been given to members too often, each of which left it
	 */
	record Left(List<StreamMessage<String, byte[]>> toHandle, List<StreamMessage<String, byte[]>> hopeless) {

		static final Left NOTHING = new Left(List.of(), List.of());

	}

}

package io.microspring.plugins.broker.redis;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import io.microspring.broker.Receipt;

/**
 * Reads a stream from its end, for a subscriber without a queue: nobody else is told how
 * far it is.
 */
final class TailReader implements StreamReader {

	private final String topic;

	private final RedisLink link;

	private final StatefulRedisConnection<String, byte[]> connection;

	private String last = "0-0";

	TailReader(String topic, RedisLink link) {
		this.topic = topic;
		this.link = link;
		this.connection = link.waiting();
	}

	@Override
	public void begin() {
		this.last = last(this.link, this.topic);
	}

	/** The newest entry there is, or the one before all others. */
	static String last(RedisLink link, String topic) {
		List<StreamMessage<String, byte[]>> newest = link.await(
				link.commands().xrevrange(topic, Range.unbounded(), Limit.from(1)),
				"say where the stream " + topic + " ends");
		return newest.isEmpty() ? "0-0" : newest.get(0).getId();
	}

	@Override
	@SuppressWarnings("unchecked") // the driver's varargs
	public List<StreamMessage<String, byte[]>> next(int count) {
		XReadArgs args = new XReadArgs().count(count).block(WAIT);
		List<StreamMessage<String, byte[]>> entries = this.link.await(
				this.connection.async().xread(args, StreamOffset.from(this.topic, this.last)),
				"give entries of the stream " + this.topic);
		if (!entries.isEmpty()) {
			this.last = entries.get(entries.size() - 1).getId();
		}
		return entries;
	}

	@Override
	public Duration rhythm() {
		return WAIT;
	}

	@Override
	public Left others(int count) {
		return Left.NOTHING;
	}

	@Override
	public Receipt take(String id) {
		return Receipt.NONE;
	}

	@Override
	public OptionalLong lag() {
		return OptionalLong.empty();
	}

	@Override
	public void stop() {
		this.connection.close();
	}

	@Override
	public void end(boolean quiet) {
		if (this.connection.isOpen()) {
			stop();
		}
	}

}

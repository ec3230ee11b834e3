package io.microspring.plugins.broker.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import io.lettuce.core.Consumer;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisBusyException;
import io.lettuce.core.RedisException;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.UnblockType;
import io.lettuce.core.XClaimArgs;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XPendingArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.models.stream.PendingMessage;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Receipt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a stream as one member of a consumer group, for a queue.
 * <p>
 * Redis remembers which member was given an entry, and for how long nothing was heard of
 * it. What is being handled here is claimed anew again and again, so that it never looks
 * left behind; what another member left, as it died or ended, is claimed from it.
 */
final class GroupReader implements StreamReader {

	private static final Logger log = LoggerFactory.getLogger(GroupReader.class);

	private static final String OURS = "micro-";

	/**
	 * What was given so often, and each time not acknowledged, may be what its members
	 * died of: it is handled apart from its like, so that these are not blamed for it.
	 */
	private static final int SUSPICIOUS = 3;

	/** A member that has been silent for so long, and has nothing, is gone. */
	private static final Duration GONE = Duration.ofHours(1);

	private final String topic;

	private final String queue;

	private final RedisLink link;

	private final Duration claimIdle;

	private final int maxDeliveries;

	/** How often others must hear of us, and with it how long to wait for an entry. */
	private final Duration rhythm;

	private final Consumer<String> member;

	private final StatefulRedisConnection<String, byte[]> connection;

	/** What is being handled here, or waits for it. */
	private final Set<String> here = ConcurrentHashMap.newKeySet();

	/** The newest entry that was seen; a group that is lost begins after it. */
	private String last = "0-0";

	/** After which to look on for entries that others have left: a few at once. */
	private Range<String> looked = Range.unbounded();

	/** What more than one member has died with, and is here, by itself. */
	private String suspect = "";

	private volatile long clientId;

	GroupReader(String topic, String queue, RedisLink link, Duration claimIdle, int maxDeliveries) {
		this.topic = topic;
		this.queue = queue;
		this.link = link;
		this.claimIdle = claimIdle;
		this.maxDeliveries = maxDeliveries;
		this.rhythm = rhythm(claimIdle);
		this.member = Consumer.from(queue, OURS + UUID.randomUUID());
		this.connection = link.waiting();
	}

	private static Duration rhythm(Duration claimIdle) {
		Duration third = claimIdle.dividedBy(3);
		return (third.compareTo(WAIT) < 0) ? third : WAIT;
	}

	@Override
	public Duration rhythm() {
		return this.rhythm;
	}

	@Override
	public void begin() {
		this.last = TailReader.last(this.link, this.topic);
		create();
		forgetTheDead();
	}

	private void create() {
		try {
			this.link.await(
					this.link.commands()
						.xgroupCreate(StreamOffset.from(this.topic, this.last), this.queue,
								XGroupCreateArgs.Builder.mkstream()),
					"make the group " + this.queue + " of the stream " + this.topic);
		}
		catch (BrokerException ex) {
			if (!(ex.getCause() instanceof RedisBusyException)) {
				throw ex;
			}
			// It is there already.
		}
	}

	private void forgetTheDead() {
		for (Object consumer : this.link.await(this.link.commands().xinfoConsumers(this.topic, this.queue),
				"name the members of " + this.queue)) {
			Map<String, Object> facts = Facts.of(consumer);
			String name = String.valueOf(facts.get("name"));
			if (name.startsWith(OURS) && Facts.number(facts, "pending").orElse(1) == 0
					&& Facts.number(facts, "idle").orElse(0) > GONE.toMillis()) {
				this.link.commands().xgroupDelconsumer(this.topic, Consumer.from(this.queue, name));
			}
		}
	}

	@Override
	@SuppressWarnings("unchecked") // the driver's varargs
	public List<StreamMessage<String, byte[]>> next(int count) {
		if (this.clientId == 0) {
			this.clientId = this.link.await(this.connection.async().clientId(), "say who we are");
		}
		try {
			List<StreamMessage<String, byte[]>> entries = this.link.await(
					this.connection.async()
						.xreadgroup(this.member, new XReadArgs().count(count).block(this.rhythm),
								StreamOffset.lastConsumed(this.topic)),
					"give entries of the stream " + this.topic + " to the group " + this.queue);
			if (!entries.isEmpty()) {
				this.last = entries.get(entries.size() - 1).getId();
			}
			return entries;
		}
		catch (BrokerException ex) {
			this.clientId = 0;
			createAgain(ex);
			return List.of();
		}
	}

	private void createAgain(BrokerException failure) {
		if (!String.valueOf(failure.getMessage()).contains("NOGROUP")) {
			throw failure;
		}
		log.warn("The stream {} or its group {} is gone; the group is made again, after what was seen last", this.topic,
				this.queue);
		create();
	}

	@Override
	public Left others(int count) {
		try {
			return left(count);
		}
		catch (BrokerException ex) {
			createAgain(ex);
			return Left.NOTHING;
		}
	}

	private Left left(int count) {
		if (!this.here.isEmpty()) {
			this.link.await(
					this.link.commands()
						.xclaim(this.topic, this.member, new XClaimArgs().justid(), this.here.toArray(String[]::new)),
					"keep entries of the stream " + this.topic);
		}
		if (count == 0) {
			return Left.NOTHING;
		}
		List<PendingMessage> left = this.link.await(this.link.commands()
			.xpending(this.topic,
					new XPendingArgs<String>().group(this.queue)
						.idle(this.claimIdle)
						.range(this.looked)
						.limit(Limit.from(count))),
				"say what others have left of the stream " + this.topic);
		this.looked = (left.size() < count) ? Range.unbounded()
				: Range.from(Range.Boundary.excluding(left.get(count - 1).getId()), Range.Boundary.unbounded());
		List<String> hopeless = new ArrayList<>();
		List<String> toHandle = new ArrayList<>();
		boolean alone = !this.here.contains(this.suspect);
		for (PendingMessage one : left) {
			if (one.getRedeliveryCount() >= this.maxDeliveries) {
				hopeless.add(one.getId());
			}
			else if (one.getRedeliveryCount() < SUSPICIOUS) {
				toHandle.add(one.getId());
			}
			else if (alone) {
				alone = false;
				this.suspect = one.getId();
				toHandle.add(one.getId());
			}
		}
		return new Left(claim(toHandle), claim(hopeless));
	}

	private List<StreamMessage<String, byte[]>> claim(List<String> ids) {
		return ids.isEmpty() ? List.of()
				: this.link.await(this.link.commands()
					.xclaim(this.topic, this.member, new XClaimArgs().minIdleTime(this.claimIdle),
							ids.toArray(String[]::new)),
						"hand over entries of the stream " + this.topic);
	}

	@Override
	public @Nullable Receipt take(String id) {
		return this.here.add(id) ? new Entry(id) : null;
	}

	@Override
	public OptionalLong lag() {
		try {
			for (Object group : this.link.await(this.link.commands().xinfoGroups(this.topic),
					"name the groups of " + this.topic)) {
				Map<String, Object> facts = Facts.of(group);
				OptionalLong lag = Facts.number(facts, "lag");
				if (this.queue.equals(facts.get("name")) && lag.isPresent()) {
					return OptionalLong.of(lag.getAsLong() + Facts.number(facts, "pending").orElse(0));
				}
			}
		}
		catch (BrokerException | RedisException ex) {
			log.debug("The lag of {} is not known", this.queue, ex);
		}
		return OptionalLong.empty();
	}

	/**
	 * The command is let end, rather than the connection: Redis may be giving it entries
	 * at this moment.
	 */
	@Override
	public void stop() {
		if (this.clientId != 0) {
			this.link.commands().clientUnblock(this.clientId, UnblockType.TIMEOUT);
		}
	}

	@Override
	public void end(boolean quiet) {
		try {
			boolean empty = this.here.isEmpty();
			Map<Long, List<String>> left = this.link
				.await(this.link.commands().xpending(this.topic, this.member, Range.unbounded(), Limit.from(10_000)),
						"say what is left of the stream " + this.topic)
				.stream()
				.filter((pending) -> !this.here.contains(pending.getId()))
				.collect(Collectors.groupingBy(PendingMessage::getRedeliveryCount,
						Collectors.mapping(PendingMessage::getId, Collectors.toList())));
			// Nobody died of them here: that they were given to us does not count.
			left.forEach((deliveries,
					ids) -> this.link.await(this.link.commands()
						.xclaim(this.topic, this.member,
								new XClaimArgs().justid().idle(this.claimIdle).retryCount(Math.max(0, deliveries - 1)),
								ids.toArray(String[]::new)),
							"leave entries of the stream " + this.topic));
			if (!left.isEmpty()) {
				return;
			}
			if (quiet && empty) {
				this.link.await(this.link.commands().xgroupDelconsumer(this.topic, this.member),
						"let us leave the group " + this.queue);
			}
		}
		catch (BrokerException | RedisException ex) {
			log.info("What a member of {} has not dealt with comes to others in {}: {}", this.queue, this.claimIdle,
					ex.getMessage());
		}
		finally {
			this.connection.close();
		}
	}

	/** An entry that is here. */
	private final class Entry implements Receipt {

		private final String id;

		Entry(String id) {
			this.id = id;
		}

		@Override
		public void ack() {
			GroupReader reader = GroupReader.this;
			reader.link.commands().xack(reader.topic, reader.queue, this.id).whenComplete((done, failure) -> {
				reader.here.remove(this.id);
				if (failure != null) {
					log.warn("An entry of the stream {} may come again, Redis did not hear that it is done: {}",
							reader.topic, failure.toString());
				}
			});
		}

		@Override
		public void release() {
			GroupReader.this.here.remove(this.id);
		}

	}

}

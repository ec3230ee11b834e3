package io.microspring.plugins.broker.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.lettuce.core.Consumer;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XClaimArgs;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.models.stream.PendingMessage;
import io.microspring.broker.AckMode;
import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.message.Headers;
import io.microspring.plugins.broker.redis.RedisOptions.Mode;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Streams: which messages wait, come, come again and are lost. */
class RedisStreamTest extends RedisFixture {

	private static final SubscribeOptions BY_HAND = QUEUE.withAck(AckMode.MANUAL);

	private static final Consumer<String> DEAD = Consumer.from("q", "dead");

	@RegisterExtension
	static final ExternalServer REDIS = new ExternalServer(ServerRecipe.redis("", Map.of()));

	@Override
	ExternalServer server() {
		return REDIS;
	}

	private RedisBroker open() {
		return open((options) -> options.withMode(Mode.STREAMS));
	}

	@Test
	void whatAQueueMissedComesWhenAMemberIsBackAndOnlyOnce() {
		Broker broker = open();
		broker.subscribe(this.topic, QUEUE, (event) -> {
		}).close();
		publish(broker, 0, 3);
		Subscription subscription = broker.subscribe(this.topic, QUEUE, (event) -> {
		});
		eventually().until(() -> subscription.lag().orElse(1) == 0);
		subscription.close();
		List<Event> later = subscribe(broker, this.topic, QUEUE);
		publish(broker, 3, 4);
		awaitBodies(later, "3");
	}

	@Test
	void whatIsStillHandledIsNotTakenOver() {
		Broker broker = open((options) -> options.withMode(Mode.STREAMS).withClaimIdle(Duration.ofSeconds(1)));
		List<String> begun = new CopyOnWriteArrayList<>();
		List<String> done = new CopyOnWriteArrayList<>();
		for (int i = 0; i < 2; i++) {
			broker.subscribe(this.topic, QUEUE, (event) -> {
				begun.add(event.topic());
				new CountDownLatch(1).await(3, TimeUnit.SECONDS);
				done.add(event.topic());
			});
		}
		publish(broker, 0, 1);
		eventually().until(() -> done.size() == 1);
		assertThat(begun).hasSize(1);
	}

	@Test
	void memberThatDoesNotKeepUpIsGivenNoMoreThanItHasRoomFor() {
		Broker broker = open((options) -> options.withMode(Mode.STREAMS).withPrefetch(10));
		List<Event> received = new CopyOnWriteArrayList<>();
		Subscription subscription = broker.subscribe(this.topic, BY_HAND, received::add);
		publish(broker, 0, 100);
		eventually().until(() -> received.size() == 10);
		RedisCommands<String, String> redis = redis();
		assertThat(redis.xpending(this.topic, "q").getCount()).isEqualTo(10);
		assertThat(subscription.lag()).hasValue(100);
		eventually().untilAsserted(() -> {
			received.forEach(Event::ack);
			assertThat(received).hasSize(100);
			assertThat(subscription.lag()).hasValue(0);
		});
		assertThat(bodies(received)).isEqualTo(IntStream.range(0, 100).mapToObj(String::valueOf).toList());
	}

	@Test
	void entryThatIsNoEnvelopeGoesToTheDeadLetterTopicOnce() {
		Broker broker = open((options) -> options.withMode(Mode.STREAMS).withMaxMessageSize(1000));
		List<Event> dead = subscribe(broker, this.topic + ".dead", SubscribeOptions.defaults());
		List<Event> received = subscribe(broker, this.topic, QUEUE.withDeadLetter(this.topic + ".dead"));
		RedisCommands<String, String> redis = redis();
		redis.xadd(this.topic, Map.of("other", "field"));
		redis.xadd(this.topic, Map.of("message", "not json"));
		redis.xadd(this.topic, Map.of("message", "x".repeat(100_000)));
		publish(broker, 0, 1);
		awaitBodies(received, "0");
		eventually().untilAsserted(() -> assertThat(dead).hasSize(3));
		assertThat(bodies(dead)).containsExactly("", "not json", "");
		assertThat(dead).extracting((event) -> event.message().header(Headers.DEAD_LETTER_QUEUE)).containsOnly("q");
		assertThat(dead.get(2).message().header(Headers.DEAD_LETTER_REASON)).contains("larger");
		eventually().until(() -> redis.xpending(this.topic, "q").getCount() == 0);
	}

	@Test
	void messageThatItsMembersDieOfGoesToTheDeadLetterTopic() {
		String deadly = "{\"Header\":{\"k\":\"v\"},\"Body\":\"YQ==\"}";
		RedisCommands<String, String> redis = redis();
		List<String> ids = left(redis, deadly, "no envelope", "{\"Body\":\"Yg==\"}");
		deaths(redis, 3, ids.get(0), ids.get(1));
		Broker broker = open((options) -> quick(options).withMaxDeliveries(3));
		List<Event> dead = subscribe(broker, this.topic + ".dead", SubscribeOptions.defaults());
		List<Event> received = subscribe(broker, this.topic, QUEUE.withDeadLetter(this.topic + ".dead"));
		eventually().untilAsserted(() -> assertThat(dead).hasSize(2));
		assertThat(bodies(dead)).containsExactly("a", "no envelope");
		assertThat(dead.get(0).message().header("k")).isEqualTo("v");
		assertThat(dead.get(0).message().header(Headers.DEAD_LETTER_REASON)).contains("max-deliveries");
		awaitBodies(received, "b");
		eventually().until(() -> redis.xpending(this.topic, "q").getCount() == 0);
	}

	@Test
	void messagesThatMembersMayHaveDiedOfAreHandledOneByOne() {
		RedisCommands<String, String> redis = redis();
		List<String> ids = left(redis, "{\"Body\":\"YQ==\"}", "{\"Body\":\"Yg==\"}");
		deaths(redis, 5, ids.toArray(String[]::new));
		CountDownLatch gate = new CountDownLatch(1);
		List<Event> received = new CopyOnWriteArrayList<>();
		open(RedisStreamTest::quick).subscribe(this.topic, QUEUE.withConcurrency(2), (event) -> {
			received.add(event);
			gate.await(1, TimeUnit.MINUTES);
		});
		eventually().until(() -> received.size() == 1);
		// Several times as long as it takes to be looked for.
		eventually().during(Duration.ofSeconds(1)).until(() -> received.size() == 1);
		assertThat(redis.xpending(this.topic, "q", Range.unbounded(), Limit.from(9)))
			.extracting(PendingMessage::getRedeliveryCount)
			.containsExactly(6L, 5L);
		gate.countDown();
		awaitBodies(received, "a", "b");
	}

	@Test
	void memberThatEndsInGoodOrderIsNotCountedAsADeath() {
		Subscription subscription = open().subscribe(this.topic, BY_HAND, (event) -> {
		});
		publish(open(), 0, 2);
		RedisCommands<String, String> redis = redis();
		eventually().until(() -> redis.xpending(this.topic, "q").getCount() == 2);
		subscription.close();
		assertThat(redis.xpending(this.topic, "q", Range.unbounded(), Limit.from(9)))
			.extracting(PendingMessage::getRedeliveryCount)
			.containsExactly(0L, 0L);
	}

	/** Entries that a member was given, who is gone. */
	@SuppressWarnings("unchecked") // the driver's varargs
	private List<String> left(RedisCommands<String, String> redis, String... envelopes) {
		redis.xgroupCreate(StreamOffset.from(this.topic, "0"), "q", XGroupCreateArgs.Builder.mkstream());
		for (String envelope : envelopes) {
			redis.xadd(this.topic, Map.of("message", envelope));
		}
		return redis.xreadgroup(DEAD, StreamOffset.lastConsumed(this.topic))
			.stream()
			.map(StreamMessage::getId)
			.toList();
	}

	private void deaths(RedisCommands<String, String> redis, int count, String... ids) {
		redis.xclaim(this.topic, DEAD, new XClaimArgs().justid().retryCount(count).idle(60_000), ids);
	}

	private static RedisOptions quick(RedisOptions options) {
		return options.withMode(Mode.STREAMS).withClaimIdle(Duration.ofMillis(300));
	}

	@Test
	void streamIsKeptShort() {
		Broker broker = open((options) -> options.withMode(Mode.STREAMS).withMaxLength(100));
		publish(broker, 0, 1000);
		assertThat(redis().xlen(this.topic)).isBetween(100L, 300L);
	}

	@Test
	void entryHoldsTheEnvelopeInOneField() {
		open().publish(this.topic, message("a"));
		assertThat(redis().xrange(this.topic, Range.unbounded())).singleElement()
			.satisfies((entry) -> assertThat(entry.getBody())
				.containsOnly(Map.entry("message", "{\"Header\":{},\"Body\":\"YQ==\"}")));
	}

	@Test
	void membersThatHaveEndedAreForgotten() {
		Broker broker = open();
		Subscription subscription = broker.subscribe(this.topic, QUEUE, (event) -> {
		});
		RedisCommands<String, String> redis = redis();
		publish(broker, 0, 1);
		eventually().until(() -> redis.xinfoConsumers(this.topic, "q").size() == 1);
		subscription.close();
		assertThat(redis.xinfoConsumers(this.topic, "q")).isEmpty();
		assertThat(redis.xinfoGroups(this.topic)).hasSize(1);
	}

	@Test
	void keyOfAnotherKindIsSaid() {
		Broker broker = open();
		redis().set(this.topic, "text");
		assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> publish(broker, 0, 1))
			.withMessageContaining("add a message to the stream " + this.topic)
			.withMessageContaining("WRONGTYPE");
		assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> subscribe(broker, this.topic, QUEUE))
			.withMessageContaining("WRONGTYPE");
	}

}

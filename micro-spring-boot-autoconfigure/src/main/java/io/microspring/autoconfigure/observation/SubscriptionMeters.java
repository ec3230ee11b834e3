package io.microspring.autoconfigure.observation;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.server.Server;
import io.microspring.server.SubscriptionStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;

/**
 * How many messages wait for each subscription, where its broker knows it. Brokers are
 * asked every ten seconds, so that whoever collects the meters waits for none of them.
 */
final class SubscriptionMeters implements SmartLifecycle {

	/** After the subscriptions have begun, before they end. */
	private static final int PHASE = DEFAULT_PHASE - 640;

	private static final Duration INTERVAL = Duration.ofSeconds(10);

	private final ObjectProvider<Server> server;

	private final ObjectProvider<MeterRegistry> registry;

	private final Map<Tags, AtomicLong> lags = new ConcurrentHashMap<>();

	private volatile @Nullable ExecutorService executor;

	SubscriptionMeters(ObjectProvider<Server> server, ObjectProvider<MeterRegistry> registry) {
		this.server = server;
		this.registry = registry;
	}

	@Override
	public void start() {
		Server sampled = this.server.getIfUnique();
		MeterRegistry meters = this.registry.getIfUnique();
		if (sampled == null || meters == null || sampled.subscriptions().isEmpty()) {
			return;
		}
		ExecutorService sampling = Threads.executor(ExecutorMode.AUTO, "micro-lag");
		this.executor = sampling;
		Threads.executeWhenFree(sampling, () -> sample(sampled, meters));
		Threads.every(INTERVAL, sampling, () -> sample(sampled, meters));
	}

	private void sample(Server sampled, MeterRegistry meters) {
		for (SubscriptionStatus subscription : sampled.subscriptions()) {
			Long lag = subscription.lag();
			if (lag != null) {
				this.lags.computeIfAbsent(tags(subscription), (tags) -> gauge(meters, tags)).set(lag);
			}
		}
	}

	private static AtomicLong gauge(MeterRegistry meters, Tags tags) {
		AtomicLong lag = new AtomicLong();
		Gauge.builder("micro.broker.lag", lag, AtomicLong::doubleValue)
			.description("Messages that wait for a subscriber or its queue, or are with it")
			.tags(tags)
			.register(meters);
		return lag;
	}

	private static Tags tags(SubscriptionStatus subscription) {
		return Tags.of("messaging.destination.name", subscription.topic(), "messaging.consumer.group.name",
				subscription.queue().isEmpty() ? Outcomes.NONE : subscription.queue(), "subscriber",
				subscription.name(), "broker", subscription.broker());
	}

	@Override
	public void stop() {
		ExecutorService sampling = this.executor;
		if (sampling != null) {
			sampling.shutdownNow();
			this.executor = null;
		}
	}

	@Override
	public boolean isRunning() {
		return this.executor != null;
	}

	@Override
	public boolean isPauseable() {
		return false;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}

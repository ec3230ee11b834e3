package io.microspring.plugins.broker.redis;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.microspring.broker.Deliveries;
import io.microspring.broker.Receipt;
import io.microspring.broker.Subscription;
import io.microspring.concurrent.Threads;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * A subscription to a channel, on a connection of its own. While its handler is behind,
 * nothing is read from the connection: Redis keeps what it cannot send, and ends the
 * connection when that becomes too much ({@code client-output-buffer-limit pubsub}).
 */
final class ChannelSubscription extends RedisPubSubAdapter<String, byte[]> implements Subscription {

	/** How often it is looked whether there is room again. */
	private static final Duration LOOK = Duration.ofMillis(10);

	private final String topic;

	private final Envelopes envelopes;

	private final Deliveries deliveries;

	private final Consumer<ChannelSubscription> onEnd;

	/** Held while something is added to the next, or taken from it. */
	private final ReentrantLock lock = new ReentrantLock();

	/** What was read before reading stopped. */
	private final Queue<byte[]> behind = new ArrayDeque<>();

	private volatile @Nullable Channel channel;

	private volatile RedisLink.@Nullable Channels channels;

	private volatile boolean closed;

	ChannelSubscription(String topic, Envelopes envelopes, Deliveries deliveries, Consumer<ChannelSubscription> onEnd) {
		this.topic = topic;
		this.envelopes = envelopes;
		this.deliveries = deliveries;
		this.onEnd = onEnd;
	}

	/** Subscribes, and returns when what is published from now on will arrive. */
	void start(RedisLink link) {
		RedisLink.Channels opened = link.channels(this::opening);
		this.channels = opened;
		opened.connection().addListener(this);
		link.await(opened.connection().async().subscribe(this.topic), "subscribe to " + this.topic);
	}

	private void opening(Channel opened) {
		this.channel = opened;
	}

	@Override
	public void message(String from, byte[] envelope) {
		this.lock.lock();
		try {
			if (this.closed) {
				return;
			}
			if (!this.behind.isEmpty()) {
				this.behind.add(envelope);
				read(false);
			}
			else if (!deliver(envelope)) {
				this.behind.add(envelope);
				read(false);
				Threads.after(LOOK, this::catchUp);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void catchUp() {
		this.lock.lock();
		try {
			while (!this.behind.isEmpty() && deliver(this.behind.peek())) {
				this.behind.remove();
			}
			if (this.closed) {
				this.behind.clear();
			}
			else if (this.behind.isEmpty()) {
				read(true);
			}
			else {
				Threads.after(LOOK, this::catchUp);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean deliver(byte[] envelope) {
		return this.deliveries.offer(this.topic, this.envelopes.raw(envelope), Receipt.NONE);
	}

	private void read(boolean on) {
		Channel current = this.channel;
		if (current != null) {
			current.config().setAutoRead(on);
		}
	}

	@Override
	public String topic() {
		return this.topic;
	}

	@Override
	public void stop() {
		this.closed = true;
		RedisLink.Channels opened = this.channels;
		if (opened != null) {
			opened.close();
		}
		this.deliveries.stop();
	}

	@Override
	public void close() {
		stop();
		this.onEnd.accept(this);
		this.deliveries.close();
	}

}

package io.microspring.plugins.broker.nsq;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;

import io.microspring.broker.BrokerException;
import io.microspring.broker.Deliveries;
import io.microspring.broker.Envelope;
import io.microspring.broker.EventHandler;
import io.microspring.broker.Receipt;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.concurrent.Backoff;
import io.microspring.concurrent.Reconnection;
import io.microspring.concurrent.Threads;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subscription: a connection to each nsqd, made again when it was lost. nsqd is told in
 * time that messages are still here, so that it gives them to nobody else.
 */
final class NsqSubscription implements Subscription, NsqConnection.Listener {

	private static final Logger log = LoggerFactory.getLogger(NsqSubscription.class);

	private static final Duration LEAVING = Duration.ofSeconds(2);

	/** For a message that there was no room for, the longer the more often. */
	private static final Backoff LATER = Backoff.exponential(Duration.ofSeconds(1), 2, Duration.ofMinutes(1), 0);

	private static final Backoff BACKOFF = Backoff.exponential(Duration.ofMillis(100), 2, Duration.ofSeconds(10), 0.2);

	private final NsqBroker broker;

	private final String topic;

	private final String channel;

	private final boolean shared;

	/** How many messages each nsqd is asked for before it hears of one. */
	private final int inFlight;

	private final Deliveries deliveries;

	/** Those to receive from. */
	private final Map<NsqAddress, Nsqd> nsqds = new ConcurrentHashMap<>();

	private final Map<NsqConnection, Nsqd> connections = new ConcurrentHashMap<>();

	/** Those that nsqd waits for word of. */
	private final Set<InFlight> here = ConcurrentHashMap.newKeySet();

	private final Threads.Scheduled touching;

	private volatile Threads.@Nullable Scheduled following;

	private volatile boolean closed;

	NsqSubscription(NsqBroker broker, String topic, String channel, SubscribeOptions options, EventHandler handler) {
		this.broker = broker;
		this.topic = topic;
		this.channel = channel;
		this.shared = !options.queue().isEmpty();
		this.inFlight = Math.max(broker.options().maxInFlight(), options.concurrency());
		// How many there is room for depends on the nsqds.
		this.deliveries = new Deliveries(broker, options, this::read, handler, broker.executor(), Integer.MAX_VALUE);
		this.touching = Threads.every(broker.options().messageTimeout().dividedBy(2), broker.loops(),
				() -> this.here.forEach(InFlight::touch));
	}

	private Message read(Message raw) {
		int most = this.broker.options().maxMessageSize();
		if (raw.body().length > most) {
			throw new IllegalArgumentException(
					"a message of " + raw.body().length + " bytes is larger than the " + most + " allowed");
		}
		return Envelope.decode(raw.body());
	}

	/**
	 * Subscribes at every nsqd. Those that are away, or cannot for now, are tried again,
	 * unless all are.
	 * @param addresses the nsqds, none where nsqlookupd does not know of any yet
	 * @throws BrokerException when all are away, or one refuses or does not let us in
	 */
	void open(Collection<NsqAddress> addresses) {
		BrokerException failure = null;
		for (NsqAddress address : addresses) {
			Nsqd nsqd = new Nsqd(address);
			this.nsqds.put(address, nsqd);
			try {
				open(nsqd);
			}
			catch (NsqException ex) {
				failure = ex.failure(this.broker.named(address) + " does not let subscribe to " + this.topic);
				if (failure.isRefused() || failure.isDenied()) {
					throw failure;
				}
				reopenLater(nsqd);
			}
			catch (IOException | TimeoutException | InterruptedException ex) {
				failure = NsqBroker.failure(this.broker.named(address) + " does not let subscribe to " + this.topic,
						ex);
				reopenLater(nsqd);
			}
		}
		if (failure != null && !isConnected()) {
			throw failure;
		}
	}

	private void open(Nsqd nsqd) throws IOException, InterruptedException, TimeoutException {
		Duration timeout = this.broker.options().timeout();
		NsqConnection connection = this.broker.open(nsqd.address, this, timeout);
		try {
			NsqConnection.await(connection.request("SUB " + this.topic + " " + this.channel), timeout);
		}
		catch (IOException | InterruptedException | TimeoutException ex) {
			connection.close();
			throw ex;
		}
		this.connections.put(connection, nsqd);
		nsqd.reconnection.made();
		connection.tell("RDY " + Math.min(this.inFlight, connection.mostInFlight()));
		if (!connection.isOpen()) {
			ended(connection, new IOException("nsqd closed the connection"));
		}
		if (this.closed || !isWanted(nsqd)) {
			connection.close();
		}
	}

	/**
	 * From now on, receives from the nsqds that are found.
	 * @param lookup finds them
	 */
	void follow(NsqLookup lookup) {
		this.following = lookup.watch(this.topic, this::found);
	}

	/**
	 * Those that are new are subscribed to. Those that are not named any more are kept
	 * while they are connected, as nsqlookupd may have forgotten them in a restart of its
	 * own, and then not looked for any longer.
	 */
	private void found(Set<NsqAddress> addresses) {
		for (NsqAddress address : addresses) {
			Nsqd nsqd = new Nsqd(address);
			if (this.nsqds.putIfAbsent(address, nsqd) == null) {
				Threads.executeWhenFree(this.broker.executor(), () -> reopen(nsqd));
			}
		}
		this.nsqds.values().stream().filter((nsqd) -> !addresses.contains(nsqd.address)).forEach(this::forget);
	}

	private void forget(Nsqd nsqd) {
		if (!this.connections.containsValue(nsqd) && this.nsqds.remove(nsqd.address, nsqd)) {
			if (this.connections.containsValue(nsqd)) {
				// It was connected just now.
				this.nsqds.putIfAbsent(nsqd.address, nsqd);
			}
			else {
				log.info("The subscription to {} at nsq {} is given up: nsqlookupd does not name it any more",
						this.topic, nsqd.address);
			}
		}
	}

	private boolean isWanted(Nsqd nsqd) {
		return this.nsqds.get(nsqd.address) == nsqd;
	}

	@Override
	public void received(NsqConnection connection, NsqMessage message) {
		InFlight one = new InFlight(connection, message.id());
		this.here.add(one);
		if (!offer(message, one)) {
			this.here.remove(one);
			connection
				.tell("REQ " + message.id() + " " + (this.closed ? 0 : LATER.before(message.attempts()).toMillis()));
		}
	}

	private boolean offer(NsqMessage message, Receipt receipt) {
		// After a lost connection, what it had brought is still here when the next
		// brings it again.
		if (unsettled() >= 2L * this.nsqds.size() * this.inFlight) {
			return false;
		}
		Message raw = new Message(Metadata.empty(), message.body());
		return (message.attempts() <= this.broker.options().maxDeliveries())
				? this.deliveries.offer(this.topic, raw, receipt)
				: this.deliveries.giveUp(this.topic, raw, receipt, "nsqd has sent it " + message.attempts()
						+ " times, more often than micro.broker.nsq.max-deliveries allows, and heard nothing of it");
	}

	@Override
	public void ended(NsqConnection connection, IOException why) {
		Nsqd nsqd = this.connections.remove(connection);
		this.here.removeIf((one) -> one.connection == connection);
		this.deliveries.releaseRevoked();
		if (nsqd != null && !this.closed && isWanted(nsqd)) {
			log.warn("The subscription to {} at nsq {} is cut off, and made again when it can be: {}", this.topic,
					nsqd.address, why.getMessage());
			nsqd.missed = true;
			reopenLater(nsqd);
		}
	}

	private void reopenLater(Nsqd nsqd) {
		Threads.after(nsqd.reconnection.lost(),
				() -> Threads.executeWhenFree(this.broker.executor(), () -> reopen(nsqd)));
	}

	private void reopen(Nsqd nsqd) {
		if (this.closed || !isWanted(nsqd)) {
			return;
		}
		try {
			open(nsqd);
			nsqd.missed = false;
			log.info("The subscription to {} at nsq {} is made", this.topic, nsqd.address);
		}
		catch (IOException | TimeoutException | InterruptedException | RuntimeException ex) {
			// Whatever it is: nobody else will try again.
			if (nsqd.missed) {
				log.debug("The subscription to {} at nsq {} cannot be made yet", this.topic, nsqd.address, ex);
			}
			else {
				nsqd.missed = true;
				log.warn("The subscription to {} at nsq {} cannot be made yet, and is tried again: {}", this.topic,
						nsqd.address, ex.getMessage());
			}
			reopenLater(nsqd);
		}
	}

	/** Whether there are nsqds to receive from, and none is connected. */
	boolean isCutOff() {
		return !this.nsqds.isEmpty() && !isConnected();
	}

	boolean isConnected() {
		return !this.connections.isEmpty();
	}

	/** Those to receive from, connected or not. */
	Set<NsqAddress> nsqds() {
		return Set.copyOf(this.nsqds.keySet());
	}

	/** How many messages are here that are not dealt with. */
	int unsettled() {
		return this.deliveries.unsettled();
	}

	@Override
	public String topic() {
		return this.topic;
	}

	@Override
	public void stop() {
		this.closed = true;
		this.connections.keySet().forEach((connection) -> connection.tell("RDY 0"));
		this.deliveries.stop();
	}

	@Override
	public void close() {
		stop();
		this.deliveries.close(this::end);
	}

	private void end() {
		this.touching.cancel();
		Threads.Scheduled watch = this.following;
		if (watch != null) {
			watch.cancel();
		}
		this.connections.keySet().forEach(this::leave);
		this.broker.ended(this);
	}

	/** What was told before has arrived when nsqd says that it is done. */
	private void leave(NsqConnection connection) {
		try {
			NsqConnection.await(connection.request("CLS"), LEAVING);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (IOException | TimeoutException ex) {
			log.debug("{} was left without a word", this.broker, ex);
		}
		finally {
			connection.close();
		}
	}

	/** An nsqd to receive from. */
	private static final class Nsqd {

		private final NsqAddress address;

		private final Reconnection reconnection = new Reconnection(BACKOFF);

		/** Whether it has been said that nothing is received from it. */
		private volatile boolean missed;

		Nsqd(NsqAddress address) {
			this.address = address;
		}

	}

	/** A message that nsqd has sent, and waits for word of. */
	private final class InFlight implements Receipt {

		private final NsqConnection connection;

		private final String id;

		InFlight(NsqConnection connection, String id) {
			this.connection = connection;
			this.id = id;
		}

		void touch() {
			this.connection.tell("TOUCH " + this.id);
		}

		/** A queue's comes again, to whoever is there. */
		@Override
		public boolean isRevoked() {
			return NsqSubscription.this.shared && !this.connection.isOpen();
		}

		@Override
		public void ack() {
			NsqSubscription.this.here.remove(this);
			this.connection.tell("FIN " + this.id);
		}

		@Override
		public void release() {
			NsqSubscription.this.here.remove(this);
			this.connection.tell("REQ " + this.id + " 0");
		}

	}

}

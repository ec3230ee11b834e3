package io.microspring.server;

import java.util.List;

import io.microspring.health.HealthReport;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;

/**
 * Serves endpoints and topics, and keeps itself registered while it runs. Thread-safe.
 * go-micro: {@code server.Server}.
 * <p>
 * The order of a life: {@link #handle} and {@link #subscribe}, {@link #start},
 * {@link #register}; {@link #deregister}, {@link #close}. Who only wants it to run calls
 * {@code start}, {@code register} and {@code close}.
 */
public interface Server extends AutoCloseable {

	/**
	 * Adds a handler. Handlers added after {@link #register} are announced at the next
	 * renewal.
	 * @param handler the handler
	 * @return this
	 * @throws DuplicateHandlerException when there is a handler of that name already
	 */
	Server handle(Handler handler);

	/**
	 * Adds a subscriber.
	 * @param subscriber the subscriber
	 * @return this
	 */
	Server subscribe(Subscriber subscriber);

	/**
	 * Binds the address and answers; not yet registered. Idempotent.
	 * @throws io.microspring.transport.TransportException when the address cannot be had
	 */
	void start();

	/**
	 * Begins to receive the subscribers' messages. Idempotent; {@link #register} does so
	 * too.
	 * @throws io.microspring.broker.BrokerException when the broker refuses
	 */
	void startSubscribers();

	/**
	 * Announces the service and renews it until {@link #deregister}: at each interval,
	 * and so also after the registry forgot it. A registry that is down is no error: it
	 * is tried again, and {@link #health} says so. Idempotent.
	 */
	void register();

	/**
	 * Takes the registration back and waits for the news to travel
	 * ({@link ServerOptions#deregisterDelay()}). Calls are still answered. Idempotent.
	 */
	void deregister();

	/**
	 * Ends the subscriptions; messages being handled are finished. Idempotent.
	 */
	void stopSubscribers();

	/**
	 * The address that others reach it at: as advertised, else as bound, a wildcard
	 * replaced by an address of this host (protocol reference §5.4).
	 * @return {@code host:port}
	 * @throws IllegalStateException before {@link #start}
	 */
	String address();

	/**
	 * What stands in the registry, or would.
	 * @return the service with its one node
	 * @throws IllegalStateException before {@link #start}
	 */
	Service service();

	/**
	 * The handlers.
	 * @return the handlers, in the order they were added
	 */
	List<Handler> handlers();

	/**
	 * The subscriptions that are active. May ask brokers how many messages wait, but not
	 * for long.
	 * @return a snapshot, in the order they were added
	 */
	List<SubscriptionStatus> subscriptions();

	/**
	 * What the server counts.
	 * @return a snapshot
	 */
	ServerStats stats();

	/**
	 * How it is: down when not listening, degraded when it could not be registered.
	 * @return the report
	 */
	HealthReport health();

	/**
	 * Deregisters, ends the subscriptions, refuses new calls, waits for those under way
	 * ({@link ServerOptions#drainTimeout()}), and only then closes the connections.
	 * Idempotent.
	 */
	@Override
	void close();

	/**
	 * Starts a server.
	 * @param registry where it announces itself
	 * @return a builder
	 */
	static ServerBuilder builder(Registry registry) {
		return new ServerBuilder(registry);
	}

	/**
	 * What a server counts.
	 *
	 * @param running whether it listens
	 * @param registered whether the last registration went well
	 * @param inFlight calls, streams and messages being handled
	 * @param connections open connections, and calls that have a socket of their own
	 * @param handled calls that were answered since the start
	 * @param failed those of them that were answered with an error
	 */
	record ServerStats(boolean running, boolean registered, long inFlight, int connections, long handled, long failed) {
	}

}

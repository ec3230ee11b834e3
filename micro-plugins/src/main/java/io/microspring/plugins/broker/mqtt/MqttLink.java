package io.microspring.plugins.broker.mqtt;

import java.util.concurrent.CompletableFuture;

/**
 * One connection to a server, in one version of the protocol. It lasts until it is lost
 * or disconnected, and is not made again. Thread-safe.
 */
interface MqttLink {

	/**
	 * Connects.
	 * @return done when the server has let it in
	 */
	CompletableFuture<?> connect();

	boolean isConnected();

	/**
	 * Whether the server says that it knows shared subscriptions.
	 * @return true also where it has no way to say so
	 */
	boolean offersSharing();

	/**
	 * Publishes, at least once and not to be kept.
	 * @param topic the topic
	 * @param payload the message
	 * @return done when the server has it
	 */
	CompletableFuture<?> publish(String topic, byte[] payload);

	/**
	 * Subscribes.
	 * @param filter a topic, which may have wildcards or be shared
	 * @return done when the server has agreed
	 */
	CompletableFuture<?> subscribe(String filter);

	CompletableFuture<?> unsubscribe(String filter);

	/**
	 * Ends it in good order.
	 * @param forget whether the server is to forget the session, where the version can
	 * say so
	 * @return done when it has ended
	 */
	CompletableFuture<?> disconnect(boolean forget);

	/**
	 * What is asked of the server when connecting.
	 *
	 * @param clientId the name of the connection's session
	 * @param kept how many seconds the session is kept when the connection is lost; 0 for
	 * not at all
	 * @param receiveMaximum how many messages may be on their way here
	 * @param listener what hears of it
	 */
	record Session(String clientId, long kept, int receiveMaximum, Listener listener) {

		Session heardBy(Listener other) {
			return new Session(this.clientId, this.kept, this.receiveMaximum, other);
		}

	}

	/** Hears of a connection, on its own thread, which must not be blocked. */
	interface Listener {

		/** For who only publishes. */
		Listener NONE = new Listener() {
		};

		/**
		 * The server has let it in; no message has come yet.
		 * @param present whether the server knew the session, and sends again what was
		 * not acknowledged in it
		 */
		default void connected(boolean present) {
		}

		/**
		 * A message has come.
		 * @param topic the topic it was published to
		 * @param payload the message
		 * @param acknowledgement says that it may be forgotten; may be called on any
		 * thread
		 */
		default void received(String topic, byte[] payload, Runnable acknowledgement) {
		}

		/**
		 * The connection has ended, by whomever, or could not be made.
		 * @param cause why
		 */
		default void ended(Throwable cause) {
		}

	}

}

package io.microspring.plugins.broker.mqtt;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.mqtt3.exceptions.Mqtt3ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import io.microspring.broker.BrokerException;
import io.microspring.concurrent.Threads;
import io.microspring.transport.TlsBundle;
import io.microspring.transport.TlsException;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;

/**
 * Makes connections to the first server that can be reached. Thread-safe.
 */
final class MqttConnector {

	private static final ThreadFactory LOOPS = Threads.loops("micro-mqtt");

	/** One for all connections, so that they share their threads. */
	private static final Executor LOOP_STARTER = (loop) -> LOOPS.newThread(loop).start();

	private static final List<String> TLS_VERSIONS = List.of("TLSv1.3", "TLSv1.2");

	private static final Set<String> DENIALS = Set.of("BAD_USER_NAME_OR_PASSWORD", "NOT_AUTHORIZED",
			"BAD_AUTHENTICATION_METHOD", "BANNED");

	private static final String PROBE = "micro-probe/";

	private final MqttOptions options;

	private final List<MqttAddress> addresses;

	private final @Nullable TlsOptions tls;

	private volatile boolean sharingProven;

	/**
	 * A connector.
	 * @param options where the servers are and how to reach them
	 * @throws TlsException when a file of TLS is missing, unreadable or not fit for
	 * another
	 */
	MqttConnector(MqttOptions options) {
		this.options = options;
		this.addresses = MqttAddress.all(options.address(), options.secure());
		TlsOptions given = options.tls();
		this.tls = (given != null || !options.secure()) ? given : TlsOptions.client();
		if (this.tls != null) {
			ssl(this.tls);
		}
	}

	/**
	 * Connects to the first server that lets it in.
	 * @param session what is asked of it
	 * @param timeout how long that may take, with all servers
	 * @return the connection
	 * @throws BrokerException when there is none
	 */
	MqttLink open(MqttLink.Session session, Duration timeout) {
		Duration each = timeout.dividedBy(this.addresses.size());
		Throwable failure = null;
		for (MqttAddress address : this.addresses) {
			Attempt attempt = new Attempt(session.listener());
			try {
				MqttLink link = link(address, session.heardBy(attempt), each);
				attempt.make(link, each.plusSeconds(1));
				return link;
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new BrokerException("interrupted while connecting to " + this, ex);
			}
			catch (ExecutionException | TimeoutException | UnknownHostException | TlsException ex) {
				// What one says that is there is more than that others are not.
				failure = isDenied(failure) ? failure : cause(ex);
			}
		}
		if (isDenied(failure)) {
			throw BrokerException.denied(this + " does not let us in: " + reason(failure), failure);
		}
		throw new BrokerException(this + " cannot be reached within " + timeout.toMillis() + " ms: " + reason(failure),
				failure);
	}

	private MqttLink link(MqttAddress address, MqttLink.Session session, Duration timeout) throws UnknownHostException {
		MqttClientBuilder builder = MqttClient.builder()
			.identifier(session.clientId())
			.executorConfig()
			.nettyExecutor(LOOP_STARTER)
			.applyExecutorConfig()
			.addDisconnectedListener((context) -> session.listener().ended(context.getCause()));
		var transport = builder.transportConfig()
			.serverPort(address.port())
			.socketConnectTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
			.mqttConnectTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
		TlsOptions secure = this.tls;
		if (secure == null) {
			transport.serverHost(address.host()).applyTransportConfig();
		}
		else if (secure.serverName() == null) {
			transport.serverHost(address.host()).sslConfig(ssl(secure)).applyTransportConfig();
		}
		else {
			// The client looks in the certificate for the name of what it connects to.
			InetAddress named = InetAddress.getByAddress(secure.serverName(),
					InetAddress.getByName(address.host()).getAddress());
			transport.serverHost(named).sslConfig(ssl(secure)).applyTransportConfig();
		}
		return this.options.version().equals(MqttOptions.V3) ? new Mqtt3Link(builder, this.options, session)
				: new Mqtt5Link(builder, this.options, session);
	}

	private static MqttClientSslConfig ssl(TlsOptions options) {
		Supplier<TlsBundle> source = options.bundle();
		TlsBundle bundle = (source != null) ? source.get() : TlsBundle.of(null, null);
		var builder = MqttClientSslConfig.builder()
			.keyManagerFactory(options.toKeyManagerFactory())
			.trustManagerFactory(options.toTrustManagerFactory())
			.protocols(bundle.protocols().isEmpty() ? TLS_VERSIONS : bundle.protocols())
			.cipherSuites(bundle.ciphers().isEmpty() ? null : bundle.ciphers())
			.handshakeTimeout(options.handshakeTimeout().toMillis(), TimeUnit.MILLISECONDS);
		if (options.insecureSkipVerify()) {
			builder.hostnameVerifier((host, session) -> true);
		}
		return builder.build();
	}

	/**
	 * Makes sure that a queue is one: a server that knows nothing of shared subscriptions
	 * would take them for topics that nobody publishes to.
	 * @param link a connection
	 * @throws BrokerException when it is not
	 */
	void requireSharing(MqttLink link) {
		if (!link.offersSharing() || !isSharingProven()) {
			throw BrokerException.refused(this + " has no shared subscriptions for version " + this.options.version()
					+ ", so it cannot give a queue", null);
		}
	}

	/** By version 5 the server says so itself; by 3.1.1 it has to be tried. */
	private boolean isSharingProven() {
		if (this.sharingProven || this.options.version().equals(MqttOptions.V5)) {
			return true;
		}
		String topic = PROBE + UUID.randomUUID();
		CompletableFuture<String> arrived = new CompletableFuture<>();
		Duration timeout = this.options.timeout();
		MqttLink link = open(new MqttLink.Session("micro-" + UUID.randomUUID(), 0, 1, new MqttLink.Listener() {
			@Override
			public void received(String at, byte[] payload, Runnable acknowledgement) {
				arrived.complete(at);
			}
		}), timeout);
		try {
			await(link.subscribe("$share/micro/" + topic), timeout);
			await(link.publish(topic, new byte[0]), timeout);
			await(arrived, timeout);
			this.sharingProven = true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			// It is not.
		}
		finally {
			link.disconnect(true);
		}
		return this.sharingProven;
	}

	static void await(CompletableFuture<?> done, Duration timeout)
			throws InterruptedException, ExecutionException, TimeoutException {
		done.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
	}

	/** What happened, without what Java's futures wrap it in. */
	static Throwable cause(Exception ex) {
		Throwable cause = (ex instanceof ExecutionException) ? ex.getCause() : null;
		return (cause != null) ? cause : ex;
	}

	/** What a person wants to know of it: nothing of sockets' inner life. */
	static String reason(@Nullable Throwable failure) {
		String answer = answer(failure);
		if (!answer.isEmpty()) {
			return "it answers " + answer;
		}
		if (failure instanceof TimeoutException) {
			return "it does not answer";
		}
		Throwable root = failure;
		while (root != null && root.getCause() != null) {
			root = root.getCause();
		}
		return (root == null) ? "" : String.valueOf((root.getMessage() != null) ? root.getMessage() : root);
	}

	/** Whether the server is there, and credentials are wrong or rights are missing. */
	static boolean isDenied(@Nullable Throwable failure) {
		return DENIALS.contains(answer(failure));
	}

	/** What the server says, in the words of MQTT, or nothing. */
	private static String answer(@Nullable Throwable failure) {
		if (failure instanceof Mqtt5ConnAckException refused) {
			return refused.getMqttMessage().getReasonCode().name();
		}
		if (failure instanceof Mqtt3ConnAckException refused) {
			return refused.getMqttMessage().getReturnCode().name();
		}
		if (failure instanceof Mqtt5PubAckException refused) {
			return refused.getMqttMessage().getReasonCode().name();
		}
		if (failure instanceof Mqtt5SubAckException refused) {
			return refused.getMqttMessage().getReasonCodes().get(0).name();
		}
		return "";
	}

	@Override
	public String toString() {
		return "mqtt at " + this.options.address();
	}

	/**
	 * One attempt to connect. Nothing is heard of it once it has failed, and when it
	 * succeeds after it was given up, the connection is closed; the session stays, as
	 * another attempt may want it.
	 */
	private static final class Attempt implements MqttLink.Listener {

		private final MqttLink.Listener listener;

		private volatile boolean failed;

		Attempt(MqttLink.Listener listener) {
			this.listener = listener;
		}

		void make(MqttLink link, Duration timeout) throws InterruptedException, ExecutionException, TimeoutException {
			CompletableFuture<?> connecting = link.connect();
			try {
				await(connecting, timeout);
			}
			catch (InterruptedException | ExecutionException | TimeoutException ex) {
				this.failed = true;
				connecting.whenComplete((connected, failure) -> {
					if (failure == null) {
						link.disconnect(false);
					}
				});
				throw ex;
			}
		}

		@Override
		public void connected(boolean present) {
			if (!this.failed) {
				this.listener.connected(present);
			}
		}

		@Override
		public void received(String topic, byte[] payload, Runnable acknowledgement) {
			if (!this.failed) {
				this.listener.received(topic, payload, acknowledgement);
			}
		}

		@Override
		public void ended(Throwable cause) {
			if (!this.failed) {
				this.listener.ended(cause);
			}
		}

	}

}

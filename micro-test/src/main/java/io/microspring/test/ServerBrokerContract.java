package io.microspring.test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.broker.BrokerFeature;
import io.microspring.broker.Event;
import io.microspring.health.HealthReport;
import io.microspring.test.process.JavaProcess;
import io.microspring.test.server.TestServer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What every broker does that has a server: also when that is away, and when a process
 * that uses it is killed. A test class needs a constructor without parameters, as that
 * process makes one of its own, for {@link #open(String)}.
 */
public abstract class ServerBrokerContract extends BrokerContract {

	private static final int KILLED = 100;

	/** A server may hold its dead member for alive for some time. */
	private static final String KILLED_QUEUE = "q-killed";

	/**
	 * The server that the brokers connect to. It keeps its address over a restart.
	 * @return the server
	 */
	protected abstract TestServer server();

	/**
	 * Opens a broker.
	 * @param address where its server is
	 * @return the broker; the contract closes it
	 */
	protected abstract Broker open(String address);

	/**
	 * Whether the server, as the test runs it, still has what was published to a queue
	 * after it was killed.
	 * @return true by default where queues are durable
	 */
	protected boolean keepsQueuesOverARestart() {
		return has(BrokerFeature.DURABLE_QUEUES);
	}

	@Override
	protected final Broker open() {
		return open(server().address());
	}

	@Test
	void serverThatIsNotThereIsNamed() throws IOException {
		String nowhere = "127.0.0.1:" + closedPort();
		try (Broker lost = open(nowhere)) {
			assertThatExceptionOfType(BrokerException.class).isThrownBy(lost::connect).withMessageContaining(nowhere);
			assertThat(lost.health().state()).isEqualTo(HealthReport.State.DOWN);
		}
	}

	private static int closedPort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	@Test
	@Shows(BrokerFact.RESTART)
	void subscriptionsGoOnAfterARestartOfTheServer() {
		List<Event> copies = subscribe("");
		List<Event> shared = has(BrokerFeature.QUEUES) ? subscribe("q") : copies;
		if (keepsQueuesOverARestart()) {
			subscribe("q-kept", (event) -> {
			}).close();
		}
		settle(this.topic);
		publish(0, 1);
		eventually().untilAsserted(() -> assertThat(List.of(copies, shared)).doesNotContain(List.of()));
		copies.clear();
		shared.clear();
		server().kill();
		assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> publish(0, 1));
		eventually().until(() -> this.broker.health().state() == HealthReport.State.DOWN);
		server().start();
		eventually().ignoreExceptionsInstanceOf(BrokerException.class).untilAsserted(() -> {
			this.broker.publish(this.topic, message("after"));
			assertThat(List.of(copies, shared)).doesNotContain(List.of());
		});
		eventually().until(() -> this.broker.health().state() == HealthReport.State.UP);
		if (keepsQueuesOverARestart()) {
			List<Event> kept = subscribe("q-kept");
			eventually().untilAsserted(() -> assertThat(bodies(kept)).as("published before").contains("0"));
		}
	}

	@Test
	@Shows(BrokerFact.AT_LEAST_ONCE)
	void processThatIsKilledLosesNothing() {
		if (refusesToWaitForAcks()) {
			return;
		}
		List<String> here = new CopyOnWriteArrayList<>();
		if (!has(BrokerFeature.DURABLE_QUEUES)) {
			// Keeps the queue where it goes with its last member.
			subscribe(KILLED_QUEUE, (event) -> here.add(body(event)));
		}
		List<String> handled = new ArrayList<>();
		try (JavaProcess first = consumer()) {
			first.awaitLine("subscribed");
			settle(this.topic);
			publish(0, KILLED);
			first.awaitLine("^handled ");
			first.kill();
			assertThat(handled(first)).as("killed in the middle").hasSizeLessThan(KILLED);
			try (JavaProcess second = consumer()) {
				eventually().untilAsserted(() -> {
					handled.clear();
					handled.addAll(here);
					handled.addAll(handled(first));
					handled.addAll(handled(second));
					assertThat(handled).containsAll(texts(KILLED));
				});
				assertThat(handled(second)).as("what it had acknowledged").doesNotHaveDuplicates();
			}
		}
		System.getLogger(ServerBrokerContract.class.getName())
			.log(System.Logger.Level.INFO, "{0}: {1} messages, {2} handled twice", this.broker.name(), KILLED,
					handled.size() - KILLED);
	}

	private JavaProcess consumer() {
		return JavaProcess.start(ConsumerProcess.class, getClass().getName(), server().address(), this.topic,
				KILLED_QUEUE);
	}

	private static List<String> handled(JavaProcess process) {
		return process.lines()
			.stream()
			.filter((line) -> line.startsWith("handled "))
			.map((line) -> line.substring("handled ".length()))
			.toList();
	}

}

package io.microspring.plugins.broker.jms;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

import io.microspring.test.server.TestServer;
import jakarta.jms.ConnectionFactory;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.broker.region.DestinationInterceptor;
import org.apache.activemq.broker.region.virtual.VirtualDestination;
import org.apache.activemq.broker.region.virtual.VirtualDestinationInterceptor;
import org.apache.activemq.broker.region.virtual.VirtualTopic;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A real server in this process, of either kind, with STOMP beside JMS. */
abstract class JmsServer implements TestServer, BeforeAllCallback, AfterAllCallback {

	final int port = freePort();

	final int stompPort = freePort();

	abstract void open() throws Exception;

	abstract void close() throws Exception;

	abstract ConnectionFactory factory();

	@Override
	public String address() {
		return "127.0.0.1:" + this.port;
	}

	@Override
	public void start() {
		try {
			open();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void kill() {
		try {
			close();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void beforeAll(ExtensionContext context) {
		start();
	}

	@Override
	public void afterAll(ExtensionContext context) {
		kill();
	}

	static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Artemis, which keeps nothing over a restart. */
	static class OfArtemis extends JmsServer {

		private EmbeddedActiveMQ server;

		@Override
		void open() throws Exception {
			Configuration configuration = new ConfigurationImpl().setPersistenceEnabled(false)
				.setSecurityEnabled(false)
				.setJMXManagementEnabled(false)
				.addAcceptorConfiguration("core", "tcp://127.0.0.1:" + this.port + "?protocols=CORE")
				.addAcceptorConfiguration("stomp", "tcp://127.0.0.1:" + this.stompPort
						+ "?protocols=STOMP;anycastPrefix=/queue/;multicastPrefix=/topic/");
			this.server = new EmbeddedActiveMQ();
			this.server.setConfiguration(configuration);
			change(this.server, configuration);
			this.server.start();
		}

		/** What another server has otherwise. */
		void change(EmbeddedActiveMQ made, Configuration configuration) throws Exception {
		}

		@Override
		void close() throws Exception {
			this.server.stop();
		}

		@Override
		ConnectionFactory factory() {
			return Artemis.factory(address());
		}

	}

	/** ActiveMQ Classic, which keeps nothing over a restart; all topics are virtual. */
	static final class OfClassic extends JmsServer {

		private BrokerService server;

		@Override
		void open() throws Exception {
			VirtualTopic all = new VirtualTopic();
			all.setName(">");
			all.setPrefix("Consumer.*.");
			VirtualDestinationInterceptor interceptor = new VirtualDestinationInterceptor();
			interceptor.setVirtualDestinations(new VirtualDestination[] { all });
			this.server = new BrokerService();
			this.server.setPersistent(false);
			this.server.setUseJmx(false);
			this.server.setUseShutdownHook(false);
			this.server.setDestinationInterceptors(new DestinationInterceptor[] { interceptor });
			this.server.addConnector("tcp://127.0.0.1:" + this.port);
			this.server.addConnector("stomp://127.0.0.1:" + this.stompPort);
			this.server.start();
			this.server.waitUntilStarted();
		}

		@Override
		void close() throws Exception {
			this.server.stop();
			this.server.waitUntilStopped();
		}

		@Override
		ConnectionFactory factory() {
			return new ActiveMQConnectionFactory("tcp://" + address());
		}

	}

}

package io.microspring.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.net.ssl.SSLContext;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.microspring.message.Message;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;

/** A subscriber as go-micro makes it: one dialect, one registration. */
final class GoSubscriber implements AutoCloseable {

	final List<Message> received = new CopyOnWriteArrayList<>();

	final List<String> requests = new CopyOnWriteArrayList<>();

	final String id;

	private final HttpServer server;

	private GoSubscriber(String id, HttpServer server) throws IOException {
		this.id = id;
		this.server = server;
		server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/", (exchange) -> {
			this.requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
			this.received.add(Envelope.decode(exchange.getRequestBody().readAllBytes()));
			exchange.sendResponseHeaders(200, -1);
			exchange.close();
		});
		this.server.start();
	}

	/**
	 * Listens, and registers itself.
	 * @param registry where
	 * @param service the name of its generation
	 * @param version the queue, or go-micro's word for none
	 * @param topic the topic
	 */
	static GoSubscriber start(Registry registry, String service, String version, String topic) throws IOException {
		return start(registry, service, version, topic, HttpServer.create());
	}

	/**
	 * Listens with TLS, and registers itself.
	 * @param registry where
	 * @param service the name of its generation
	 * @param version the queue, or go-micro's word for none
	 * @param topic the topic
	 * @param context its certificate
	 */
	static GoSubscriber secure(Registry registry, String service, String version, String topic, SSLContext context)
			throws IOException {
		HttpsServer server = HttpsServer.create();
		server.setHttpsConfigurator(new HttpsConfigurator(context));
		return start(registry, service, version, topic, server);
	}

	private static GoSubscriber start(Registry registry, String service, String version, String topic,
			HttpServer server) throws IOException {
		GoSubscriber subscriber = new GoSubscriber(topic + "-" + UUID.randomUUID(), server);
		Node node = new Node(subscriber.id, "127.0.0.1:" + server.getAddress().getPort(),
				Map.of("broker", "http", "secure", String.valueOf(server instanceof HttpsServer), "topic", topic));
		registry.register(Service.of(service, version, node), Duration.ofMinutes(1));
		return subscriber;
	}

	@Override
	public void close() {
		this.server.stop(0);
	}

}

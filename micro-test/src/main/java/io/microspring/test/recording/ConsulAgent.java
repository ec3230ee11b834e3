package io.microspring.test.recording;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * An agent of Consul that takes notes of what it is sent, and answers what it is told to.
 */
final class ConsulAgent implements AutoCloseable {

	private final List<Request> requests = new CopyOnWriteArrayList<>();

	private final Map<String, String> answers = new ConcurrentHashMap<>();

	private final HttpServer server;

	ConsulAgent() {
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("No port can be had on the loopback interface", ex);
		}
		this.server.createContext("/", this::answer);
		this.server.start();
	}

	String address() {
		return "127.0.0.1:" + this.server.getAddress().getPort();
	}

	/** Sets what is answered at a path; nothing where nothing was set. */
	void put(String path, String json) {
		this.answers.put(path, json);
	}

	/** What has been asked so far. */
	List<Request> requests() {
		return List.copyOf(this.requests);
	}

	@Override
	public void close() {
		this.server.stop(0);
	}

	private void answer(HttpExchange exchange) throws IOException {
		URI uri = exchange.getRequestURI();
		this.requests.add(new Request(exchange.getRequestMethod(), uri.getPath(), Objects.toString(uri.getQuery(), ""),
				new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
		byte[] body = this.answers.getOrDefault(uri.getPath(), "").getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().set("Content-Type", "application/json");
		exchange.getResponseHeaders().set("X-Consul-Index", "5");
		exchange.sendResponseHeaders(200, (body.length == 0) ? -1 : body.length);
		exchange.getResponseBody().write(body);
		exchange.close();
	}

	/**
	 * What it was asked.
	 *
	 * @param method the method
	 * @param path the path, decoded
	 * @param query the query, empty when there is none
	 * @param body the body
	 */
	record Request(String method, String path, String query, String body) {

		static Request of(String method, String target, String body) {
			URI uri = URI.create(target);
			return new Request(method, uri.getPath(), Objects.toString(uri.getQuery(), ""), body);
		}

		/** Without the query: {@code note=} says nothing. */
		String line() {
			return this.method + " " + this.path;
		}

		boolean has(String parameter) {
			return List.of(this.query.split("&")).stream().anyMatch((one) -> one.split("=")[0].equals(parameter));
		}

	}

}

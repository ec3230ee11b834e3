package io.microspring.test.recording;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.broker.Broker;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Envelope;
import io.microspring.broker.SubscribeOptions;
import io.microspring.client.Client;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.server.Subscriber;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A publisher and a subscriber over the http broker. As the server we are the subscriber:
 * found in the registry as Go's publisher looks for it, posted the recorded bytes. As the
 * client we are the publisher, who finds the recorded registry entry.
 */
final class HttpBrokerFamily implements Family {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	@Override
	public String name() {
		return "http-broker";
	}

	@Override
	public boolean needsTarget() {
		return false;
	}

	@Override
	public Finding asServer(Recording recording, String target) {
		Published go = Published.of(recording);
		if (go == null) {
			return Finding.notPlayed("no message that was published is in the recording");
		}
		List<String> differences = new ArrayList<>();
		List<Message> received = new CopyOnWriteArrayList<>();
		try (Registry registry = Registry.memory();
				Broker broker = Broker.http(registry);
				Server server = Server.builder(registry)
					.broker(broker)
					.options(ServerOptions.named("go.micro.srv.greeter")
						.withAddress("127.0.0.1:0")
						.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
					.build()) {
			server.subscribe(subscriber(go, received)).startSubscribers();
			Node node = found(registry, go, differences);
			if (node != null) {
				compare(differences, "address", broker.address(), node.address());
				HttpMessage reply = post(go.request(node.id()), node.address());
				compare(differences, "status line", go.reply.startLine(), reply.startLine());
				compare(differences, "reply", Bodies.decode(go.reply), Bodies.decode(reply));
			}
			compare(differences, "messages received", 1, received.size());
			for (Message message : received) {
				compare(differences, "event", go.asSeen(), new TreeMap<>(message.headers().toMap()));
				compare(differences, "body", PublishedEvent.decoded(go.message), PublishedEvent.decoded(message));
			}
		}
		catch (IOException ex) {
			differences.add(ex.toString());
		}
		return Finding.of(differences);
	}

	/** Fails where the recorded subscriber did. */
	private static Subscriber subscriber(Published go, List<Message> received) {
		String queue = go.version.equals("ff.http.broadcast") ? "" : go.version;
		return new Subscriber("Subscriber", go.topic, SubscribeOptions.defaults().withQueue(queue), Message.class,
				(delivery) -> {
					received.add(delivery.event().message());
					if (PublishedEvent.isRefused(go.message)) {
						throw MicroException.badRequest("go.micro.srv.greeter.event", "bad event");
					}
				});
	}

	/** The subscription that a Go publisher of the generation finds. */
	private static @Nullable Node found(Registry registry, Published go, List<String> differences) {
		List<Service> services = registry.get(go.service);
		List<Node> nodes = services.stream().flatMap((service) -> service.nodes().stream()).toList();
		if (nodes.size() != 1) {
			differences.add(nodes.size() + " subscriptions registered as " + go.service + " for 1");
			return null;
		}
		compare(differences, "version", go.version, services.get(0).version());
		compare(differences, "metadata", go.node.metadata(), nodes.get(0).metadata());
		compare(differences, "node", PublishedEvent.UUID.matcher(go.node.id()).replaceAll("*"),
				PublishedEvent.UUID.matcher(nodes.get(0).id()).replaceAll("*"));
		return nodes.get(0);
	}

	private static HttpMessage post(byte[] request, String address) throws IOException {
		try (Socket socket = new GoClient(address).connect()) {
			socket.setSoTimeout((int) PATIENCE.toMillis());
			socket.getOutputStream().write(request);
			HttpMessage reply = HttpMessage.read(new BufferedInputStream(socket.getInputStream()));
			if (reply == null) {
				throw new IOException("the connection was closed without a reply");
			}
			return reply;
		}
	}

	@Override
	public Finding asClient(Recording recording, Caller caller) {
		Published go = Published.of(recording);
		if (go == null) {
			return Finding.notPlayed("no message that was published is in the recording");
		}
		List<String> differences = new ArrayList<>();
		try (Registry registry = Registry.memory();
				ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			listener.setSoTimeout((int) PATIENCE.toMillis());
			Node node = new Node(go.node.id(), "127.0.0.1:" + listener.getLocalPort(), go.node.metadata());
			registry.register(Service.of(go.service, go.version, node), Duration.ofMinutes(1));
			Broker broker = Broker.http(registry);
			try {
				try (Client client = publisher(go, registry, broker)) {
					client.publish(go.topic, PublishedEvent.payload(go.message), PublishedEvent.ofTheUser(go.message));
				}
				differences.addAll(received(go, listener, broker));
			}
			finally {
				broker.close();
			}
		}
		catch (IOException | MicroException | BrokerException ex) {
			differences.add(ex.toString());
		}
		return Finding.of(differences);
	}

	private static List<String> received(Published go, ServerSocket listener, Broker publisher) throws IOException {
		List<String> differences = new ArrayList<>();
		try (Socket socket = listener.accept()) {
			socket.setSoTimeout((int) PATIENCE.toMillis());
			BufferedInputStream in = new BufferedInputStream(socket.getInputStream());
			compare(differences, go, HttpMessage.read(in));
			socket.getOutputStream().write(go.written(false));
			// What has been published leaves before the broker closes.
			publisher.close();
			if (HttpMessage.read(in) != null) {
				differences.add("more than one request");
			}
		}
		return differences;
	}

	private static Client publisher(Published go, Registry registry, Broker broker) {
		return Client.builder(registry)
			.broker(broker)
			.name(go.message.headers().getOrDefault("Micro-From-Service", ""))
			.build();
	}

	private static void compare(List<String> differences, Published go, @Nullable HttpMessage ours) {
		if (ours == null) {
			differences.add("no request");
			return;
		}
		compare(differences, "request line", go.posted.startLine(), ours.startLine());
		compare(differences, "Content-Type", go.posted.contentType(), ours.contentType());
		Message message;
		try {
			message = Envelope.decode(ours.body());
		}
		catch (IllegalArgumentException ex) {
			differences.add("request: " + ex.getMessage());
			return;
		}
		compare(differences, "message", PublishedEvent.comparable(go.message), PublishedEvent.comparable(message));
		compare(differences, "body", PublishedEvent.decoded(go.message), PublishedEvent.decoded(message));
	}

	private static void compare(List<String> differences, String what, Object go, Object ours) {
		if (!Objects.equals(go, ours)) {
			differences.add(what + " is " + ours + " for " + go);
		}
	}

	/**
	 * What was recorded.
	 *
	 * @param service the name that the subscription is registered under
	 * @param version the version it has there
	 * @param node its node
	 * @param topic the topic
	 * @param posted the request
	 * @param message the message in its body
	 * @param reply the reply
	 * @param turns who wrote which bytes
	 */
	private record Published(String service, String version, Node node, String topic, HttpMessage posted,
			Message message, HttpMessage reply, List<Script.Turn> turns) {

		static @Nullable Published of(Recording recording) {
			for (List<Recording.Event> connection : recording.connections()) {
				Script script = Script.of(connection);
				if (script.requests().size() == 1 && script.replies().size() == 1) {
					return of(recording.json(), script);
				}
			}
			return null;
		}

		private static @Nullable Published of(JsonNode json, Script script) {
			HttpMessage posted = script.requests().get(0);
			Message message = Envelope.decode(posted.body());
			String topic = message.headers().getOrDefault("Micro-Topic", "");
			String entry = json.path("registry_entry_of_subscriber").asString("{}");
			for (JsonNode service : JSON.readTree(entry).path("service")) {
				for (JsonNode node : service.path("nodes")) {
					Node read = node(node);
					if (topic.equals(read.metadata().get("topic"))) {
						return new Published(service.path("name").asString(""), service.path("version").asString(""),
								read, topic, posted, message, script.replies().get(0), script.turns());
					}
				}
			}
			return null;
		}

		/** The recorded bytes of the publisher, or of the subscriber. */
		byte[] written(boolean byThePublisher) {
			ByteArrayOutputStream bytes = new ByteArrayOutputStream();
			this.turns.stream()
				.filter((turn) -> turn.fromClient() == byThePublisher)
				.forEach((turn) -> bytes.writeBytes(turn.bytes()));
			return bytes.toByteArray();
		}

		private static Node node(JsonNode json) {
			Map<String, String> metadata = new TreeMap<>();
			json.path("metadata")
				.properties()
				.forEach((entry) -> metadata.put(entry.getKey(), entry.getValue().asString("")));
			return new Node(json.path("id").asString("?"), json.path("address").asString(""), metadata);
		}

		/** The recorded bytes, for another subscription. */
		byte[] request(String id) {
			String text = new String(written(true), StandardCharsets.ISO_8859_1);
			return text.replaceFirst("id=\\S+", "id=" + id).getBytes(StandardCharsets.ISO_8859_1);
		}

		/** What a subscriber is told. */
		Map<String, String> asSeen() {
			Map<String, String> headers = new TreeMap<>(this.message.headers().toMap());
			headers.remove(PublishedEvent.V1_TOPIC);
			return headers;
		}

	}

}

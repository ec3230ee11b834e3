package io.microspring.test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.microspring.broker.Broker;
import io.microspring.broker.SubscribeOptions;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.test.recording.Recording;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What go-micro's http broker wrote, written to ours, and what it answered, answered to
 * ours.
 */
class HttpBrokerRecordingsTest {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private static final String TOPIC = "go.micro.evt.greeting";

	private final Registry registry = Registry.memory();

	private final Broker broker = Broker.http(this.registry);

	@AfterEach
	void close() {
		this.broker.close();
		this.registry.close();
	}

	static Stream<Recording> recordings() {
		return Stream.of("v1", "v2", "head")
			.flatMap((generation) -> Recording.bundled(generation, "http-broker").stream());
	}

	@ParameterizedTest
	@MethodSource("recordings")
	void subscriberReceivesWhatGoPublishes(Recording recording) throws Exception {
		BlockingQueue<Message> received = new LinkedBlockingQueue<>();
		this.broker.subscribe(TOPIC, SubscribeOptions.defaults().withQueue(queue(recording)), (event) -> {
			received.add(event.message());
			if (recording.name().endsWith("-error")) {
				throw new IllegalStateException("bad event, as the Go handler says");
			}
		});
		String id = registered(recording).nodes().get(0).id();

		String reply = post(request(recording).replaceFirst("id=\\S+", Matcher.quoteReplacement("id=" + id)));

		assertThat(reply).startsWith("HTTP/1.1 200 OK\r\n").containsIgnoringCase("Content-Length: 0\r\n");
		Message message = received.poll(10, TimeUnit.SECONDS);
		assertThat(message).isNotNull();
		assertThat(message.body()).isEqualTo(body(recording));
		Map<String, String> headers = headers(recording);
		headers.remove(":topic");
		assertThat(message.headers().toMap()).isEqualTo(headers);
	}

	@ParameterizedTest
	@MethodSource("recordings")
	void goReceivesWhatIsPublished(Recording recording) throws Exception {
		Metadata.Builder headers = Metadata.builder();
		headers(recording).forEach((name, value) -> {
			if (!name.equals("Micro-Topic") && !name.equals(":topic")) {
				headers.set(name, value);
			}
		});
		try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			listener.setSoTimeout(10_000);
			Node go = goNode(recording);
			Node here = new Node(go.id(), "127.0.0.1:" + listener.getLocalPort(), go.metadata());
			this.registry.register(Service.of(goService(recording).path("name").asString(),
					goService(recording).path("version").asString(), here), Duration.ofMinutes(1));

			this.broker.publish(TOPIC, new Message(headers.build(), body(recording)));

			String request;
			try (Socket socket = listener.accept()) {
				socket.setSoTimeout(10_000);
				request = read(socket.getInputStream());
				socket.getOutputStream().write(recording.connections().get(0).get(1).bytes());
			}
			String expected = request(recording);
			assertThat(line(request)).isEqualTo(line(expected));
			assertThat(header(request, "Content-Type")).isEqualTo(header(expected, "Content-Type"));
			assertThat(header(request, "Host")).isEqualTo(here.address());
			assertThat(JSON.readTree(content(request))).isEqualTo(JSON.readTree(content(expected)));
		}
	}

	@ParameterizedTest
	@MethodSource("recordings")
	void subscriptionIsRegisteredAsGoDoes(Recording recording) {
		this.broker.subscribe(TOPIC, SubscribeOptions.defaults().withQueue(queue(recording)), (event) -> {
		});
		Service ours = registered(recording);
		Node go = goNode(recording);
		assertThat(ours.version()).isEqualTo(goService(recording).path("version").asString());
		assertThat(ours.nodes()).singleElement().satisfies((node) -> {
			assertThat(node.metadata()).isEqualTo(go.metadata());
			assertThat(node.address()).isEqualTo(this.broker.address()).startsWith("127.0.0.1:");
			assertThat(Pattern.compile("-[0-9a-f-]{36}$").matcher(node.id()).replaceFirst(""))
				.isEqualTo(Pattern.compile("-[0-9a-f-]{36}$").matcher(go.id()).replaceFirst(""));
		});
	}

	private Service registered(Recording recording) {
		List<Service> services = this.registry.get(goService(recording).path("name").asString());
		assertThat(services).hasSize(1);
		return services.get(0);
	}

	private String post(String request) throws IOException {
		String address = this.broker.address();
		int colon = address.lastIndexOf(':');
		try (Socket socket = new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)))) {
			socket.setSoTimeout(10_000);
			socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
			return read(socket.getInputStream());
		}
	}

	/** Reads one HTTP message, a byte a character. */
	private static String read(InputStream in) throws IOException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		String text = "";
		while (!text.contains("\r\n\r\n")
				|| content(text).length() < Integer.parseInt(header(text, "Content-Length"))) {
			int next = in.read();
			assertThat(next).as("end of the connection after: " + text).isNotNegative();
			bytes.write(next);
			text = bytes.toString(StandardCharsets.ISO_8859_1);
		}
		return text;
	}

	private static String line(String message) {
		return message.substring(0, message.indexOf("\r\n"));
	}

	private static String header(String message, String name) {
		Matcher matcher = Pattern.compile("(?im)^" + name + ": (.*)$").matcher(message.replace("\r\n", "\n"));
		assertThat(matcher.find()).as(name + " in " + message).isTrue();
		return matcher.group(1);
	}

	private static String content(String message) {
		return message.substring(message.indexOf("\r\n\r\n") + 4);
	}

	private static String request(Recording recording) {
		return new String(recording.connections().get(0).get(0).bytes(), StandardCharsets.ISO_8859_1);
	}

	private static byte[] body(Recording recording) {
		return HexFormat.of()
			.parseHex(recording.json().path("message_decoded").path("body_decoded").path("hex").asString());
	}

	private static Map<String, String> headers(Recording recording) {
		Map<String, String> headers = new TreeMap<>();
		recording.json()
			.path("message_decoded")
			.path("json")
			.path("Header")
			.properties()
			.forEach((header) -> headers.put(header.getKey(), header.getValue().asString()));
		return headers;
	}

	private static String queue(Recording recording) {
		String version = goService(recording).path("version").asString();
		return version.equals("ff.http.broadcast") ? "" : version;
	}

	/** A v1 server subscribes to its own name besides. */
	private static JsonNode goService(Recording recording) {
		JsonNode entry = JSON.readTree(recording.json().path("registry_entry_of_subscriber").asString());
		return entry.path("service")
			.valueStream()
			.filter((service) -> !of(service).isMissingNode())
			.findFirst()
			.orElseThrow();
	}

	private static Node goNode(Recording recording) {
		JsonNode node = of(goService(recording));
		Map<String, String> metadata = new TreeMap<>();
		node.path("metadata")
			.properties()
			.forEach((entry) -> metadata.put(entry.getKey(), entry.getValue().asString()));
		return new Node(node.path("id").asString(), node.path("address").asString(), metadata);
	}

	private static JsonNode of(JsonNode service) {
		return service.path("nodes")
			.valueStream()
			.filter((node) -> node.path("metadata").path("topic").asString().equals(TOPIC))
			.findFirst()
			.orElse(MissingNode.getInstance());
	}

}

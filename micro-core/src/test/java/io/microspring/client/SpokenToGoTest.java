package io.microspring.client;

import java.time.Duration;
import java.util.Map;

import com.google.protobuf.StringValue;
import io.microspring.call.Stream;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.server.Call;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the client writes to a node, which depends on what the node says of itself; the
 * handler answers what it was sent.
 */
class SpokenToGoTest {

	private static final Map<String, String> MUCP = Map.of("protocol", "mucp", "server", "mucp", "transport", "http");

	private final Registry registry = Registry.memory();

	private Server server;

	private Client client;

	@BeforeEach
	void start() {
		this.server = Server.builder(this.registry)
			.options(ServerOptions.named("java").withAddress("127.0.0.1:0"))
			.build()
			.handle(Handler.of(new Say()));
		this.server.start();
		this.server.register();
		node("old", Map.of());
		node("go", MUCP);
		this.client = Client.builder(this.registry).build();
	}

	@AfterEach
	void stop() {
		this.client.close();
		this.server.close();
		this.registry.close();
	}

	@ParameterizedTest
	@CsvSource({ "old, application/proto-rpc", "go, application/proto-rpc", "java, application/protobuf" })
	void messageGoesInWhatEachKindOfNodeAnswers(String service, String contentType) {
		assertThat(sent(service, Headers.CONTENT_TYPE, CallOptions.defaults())).isEqualTo(contentType);
		assertThat(sent(service, Headers.ACCEPT, CallOptions.defaults())).isEqualTo("application/protobuf");
	}

	@ParameterizedTest
	@CsvSource({ "old, application/json-rpc", "go, application/json", "java, application/json" })
	void objectGoesAsJsonOrInItsEnvelope(String service, String contentType) {
		assertThat(this.client.call(Request.of(service, "Say.Json", Headers.CONTENT_TYPE), String.class,
				CallOptions.defaults()))
			.isEqualTo(contentType);
	}

	@ParameterizedTest
	@CsvSource({ "old, application/proto-rpc", "go, application/protobuf", "java, application/protobuf" })
	void contentTypeThatIsChosenIsKept(String service, String contentType) {
		CallOptions chosen = CallOptions.defaults().withContentType("application/protobuf");

		assertThat(sent(service, Headers.CONTENT_TYPE, chosen)).isEqualTo(contentType);
	}

	@Test
	void addressIsSpokenToAsOneOfOurs() {
		CallOptions address = CallOptions.defaults().withAddress(this.server.address());

		assertThat(sent("any", Headers.CONTENT_TYPE, address)).isEqualTo("application/protobuf");
		assertThat(sent("any", Headers.STREAM, address)).isEqualTo("none");
	}

	@Test
	void callToAGoServerHasANumberThatTheNewestHeeds() {
		String first = sent("go", Headers.STREAM, CallOptions.defaults());
		String second = sent("go", Headers.STREAM, CallOptions.defaults());

		assertThat(first).isNotEqualTo("none").isNotEqualTo(second);
		assertThat(sent("old", Headers.STREAM, CallOptions.defaults())).isEqualTo("none");
		assertThat(sent("java", Headers.STREAM, CallOptions.defaults())).isEqualTo("none");
	}

	@ParameterizedTest
	@ValueSource(strings = { "old", "go", "java" })
	void streamsAndErrorsComeBackFromEach(String service) {
		try (Stream<StringValue, StringValue> stream = this.client.stream(Request.of(service, "Say.Chat", null),
				StringValue.class, CallOptions.defaults().withTimeout(Duration.ofSeconds(10)))) {
			stream.send(StringValue.of("a"));
			assertThat(stream.receive()).isEqualTo(StringValue.of("a"));
			stream.send(StringValue.of("error"));
			assertThatExceptionOfType(MicroException.class).isThrownBy(stream::receive)
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(409));
		}
		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> sent(service, "error", CallOptions.defaults()))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(409))
			.satisfies((ex) -> assertThat(ex.detail()).isEqualTo("bad name"));
	}

	private String sent(String service, String header, CallOptions options) {
		return this.client.call(Request.of(service, "Say.Sent", StringValue.of(header)), StringValue.class, options)
			.getValue();
	}

	private void node(String service, Map<String, String> metadata) {
		this.registry.register(Service.of(service, "latest", new Node(service + "-1", this.server.address(), metadata)),
				Duration.ZERO);
	}

	@SuppressWarnings("unused")
	public static final class Say {

		public StringValue sent(StringValue header, Call call) {
			return check(StringValue.of(json(header.getValue(), call)));
		}

		public String json(String header, Call call) {
			check(StringValue.of(header));
			return call.metadata().getOrDefault(header, "none");
		}

		public void chat(Stream<StringValue, StringValue> stream) {
			stream.received().forEach((name) -> stream.send(check(name)));
		}

		private static StringValue check(StringValue name) {
			if (name.getValue().equals("error")) {
				throw MicroException.conflict("java", "bad name");
			}
			return name;
		}

	}

}

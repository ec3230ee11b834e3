package io.microspring.test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

import com.google.protobuf.StringValue;
import io.microspring.call.Stream;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.ClientOptions;
import io.microspring.client.Request;
import io.microspring.codec.Codec;
import io.microspring.codec.Codecs;
import io.microspring.errors.MicroException;
import io.microspring.registry.Registry;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Every codec over every transport: a call, its error, a stream and its half-close for
 * each pair. A test class extends this and says which transports and codecs there are.
 */
@TestInstance(Lifecycle.PER_CLASS)
public abstract class CodecMatrix {

	private static final String SERVICE = "matrix";

	private final Map<String, Peers> peers = new HashMap<>();

	/**
	 * The transports, and how they are used.
	 * @return the carriers, at least one
	 */
	protected abstract List<Carrier> carriers();

	/**
	 * The codecs, each of which is tried by all its content types.
	 * @return the codecs, those of the library by default
	 */
	protected Codecs codecs() {
		return Codecs.defaults();
	}

	java.util.stream.Stream<Arguments> pairs() {
		return carriers().stream()
			.flatMap((carrier) -> codecs().contentTypes()
				.stream()
				.map((contentType) -> Arguments.of(carrier, contentType)));
	}

	@ParameterizedTest(name = "{1} over {0}")
	@MethodSource("pairs")
	protected void callErrorAndStreamAreCarried(Carrier carrier, String contentType) {
		Client client = this.peers.computeIfAbsent(carrier.name(), (name) -> new Peers(carrier, codecs())).client;
		CallOptions options = CallOptions.defaults()
			.withContentType(contentType)
			.withTimeout(Duration.ofSeconds(20))
			.withProtocol(carrier.protocol());
		Kind kind = kind(contentType);
		String refusal = carrier.refuses().get(contentType);
		if (refusal != null) {
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.call(Request.of(SERVICE, kind.endpoint(), kind.object("bob")),
						kind.object("").getClass(), options))
				.withMessageContaining(refusal);
			return;
		}
		for (String text : List.of("bob", "", "安 \"ü\" \n", "x".repeat(100_000))) {
			Object body = kind.object(text);
			assertThat(client.call(Request.of(SERVICE, kind.endpoint(), body), body.getClass(), options))
				.isEqualTo(body);
		}
		assertThatExceptionOfType(MicroException.class)
			.isThrownBy(() -> client.call(Request.of(SERVICE, kind.endpoint(), kind.object("conflict")),
					kind.object("").getClass(), options))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(409))
			.satisfies((ex) -> assertThat(ex.detail()).isEqualTo("two of a kind"));
		stream(client, kind, options);
	}

	private static void stream(Client client, Kind kind, CallOptions options) {
		Class<?> type = kind.object("").getClass();
		try (Stream<Object, ?> stream = client.stream(Request.of(SERVICE, kind.endpoint() + "Stream", null), type,
				options)) {
			for (String text : List.of("one", "two", "x".repeat(100_000))) {
				stream.send(kind.object(text));
				assertThat(stream.receive()).isEqualTo(kind.object(text));
			}
			stream.closeSend();
			// Whoever has ended may still be sent to.
			assertThat(stream.receive()).isEqualTo(kind.object("x".repeat(100_000)));
			assertThat(stream.receive()).isNull();
		}
	}

	/** What a codec carries, objects rather than messages. */
	private Kind kind(String contentType) {
		Codec codec = Objects.requireNonNull(codecs().find(contentType), contentType);
		for (Kind kind : Kind.values()) {
			if (codec.handles(kind.object("").getClass())) {
				return kind;
			}
		}
		throw new AssertionError(contentType + " carries nothing that is known here");
	}

	@AfterAll
	void stopAll() {
		this.peers.values().forEach(Peers::close);
	}

	/**
	 * A transport, and how it is used.
	 *
	 * @param name what it is called in reports
	 * @param transport makes it; those that are made reach each other
	 * @param address where to listen
	 * @param protocol the protocol of the client, {@code auto} for what the node says
	 * @param multiplex whether calls share connections where that is possible
	 * @param refuses the content types that it cannot carry, and what it says of each
	 */
	public record Carrier(String name, Supplier<Transport> transport, String address, String protocol,
			boolean multiplex, Map<String, String> refuses) {

		/**
		 * A transport as it is used without any configuration.
		 * @param name what it is called in reports
		 * @param transport makes it
		 * @param address where to listen
		 * @return the carrier
		 */
		public static Carrier of(String name, Supplier<Transport> transport, String address) {
			return new Carrier(name, transport, address, ClientOptions.AUTO, true, Map.of());
		}

		/**
		 * Those of the library: HTTP/1.1 with a connection for each call and with calls
		 * that share one, gRPC over HTTP/2, go-micro's gRPC transport, and memory.
		 * @return the carriers
		 */
		public static List<Carrier> ofTheLibrary() {
			String address = "127.0.0.1:0";
			return List.of(new Carrier("http", Transport::http, address, ClientOptions.AUTO, false, Map.of()),
					new Carrier("http, shared", Transport::http, address, ClientOptions.AUTO, true, Map.of()),
					new Carrier("gRPC", Transport::http, address, "grpc", false,
							Map.of(Codecs.TEXT, "gRPC has no name for text/plain", Codecs.BYTES,
									"it is no protobuf message")),
					of("grpc", Transport::grpc, address), of("memory", Transport::memory, address));
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

	/**
	 * What is sent, by the endpoint that takes it; the order says what is tried first.
	 */
	private enum Kind {

		OBJECT {
			@Override
			Object object(String text) {
				return new Person(text, List.of(text, "b"), 1L << 60);
			}
		},
		MESSAGE {
			@Override
			Object object(String text) {
				return StringValue.of(text);
			}
		},
		TEXT {
			@Override
			Object object(String text) {
				return text;
			}
		},
		BYTES {
			@Override
			Object object(String text) {
				return text.getBytes(StandardCharsets.UTF_8);
			}
		};

		abstract Object object(String text);

		String endpoint() {
			return "Echo." + name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
		}

	}

	/** A server and a client, on transports of their own. */
	private static final class Peers {

		private final Registry registry = Registry.memory();

		private final Transport serving;

		private final Transport calling;

		private final Server server;

		private final Client client;

		Peers(Carrier carrier, Codecs codecs) {
			this.serving = carrier.transport().get();
			this.calling = carrier.transport().get();
			this.server = Server.builder(this.registry)
				.transport(this.serving)
				.codecs(codecs)
				.options(ServerOptions.named(SERVICE)
					.withAddress(carrier.address())
					.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
				.build()
				.handle(Handler.of("Echo", new Echo()));
			this.server.start();
			this.server.register();
			this.client = Client.builder(this.registry)
				.transport(this.calling)
				.codecs(codecs)
				.options(ClientOptions.defaults().withMultiplex(carrier.multiplex()))
				.build();
		}

		void close() {
			this.client.close();
			this.server.close();
			this.calling.close();
			this.serving.close();
			this.registry.close();
		}

	}

	/** Gives back what it gets. */
	public static final class Echo {

		Echo() {
		}

		/**
		 * An object.
		 * @param in the object
		 * @return the same
		 */
		public Person object(Person in) {
			return checked(in, in.name());
		}

		/**
		 * A message.
		 * @param in the message
		 * @return the same
		 */
		public StringValue message(StringValue in) {
			return checked(in, in.getValue());
		}

		/**
		 * A text.
		 * @param in the text
		 * @return the same
		 */
		public String text(String in) {
			return checked(in, in);
		}

		/**
		 * Bytes.
		 * @param in the bytes
		 * @return the same
		 */
		public byte[] bytes(byte[] in) {
			return checked(in, new String(in, StandardCharsets.UTF_8));
		}

		/**
		 * Objects.
		 * @param stream both directions
		 */
		public void objectStream(Stream<Person, Person> stream) {
			echo(stream);
		}

		/**
		 * Messages.
		 * @param stream both directions
		 */
		public void messageStream(Stream<StringValue, StringValue> stream) {
			echo(stream);
		}

		/**
		 * Texts.
		 * @param stream both directions
		 */
		public void textStream(Stream<String, String> stream) {
			echo(stream);
		}

		/**
		 * Bytes.
		 * @param stream both directions
		 */
		public void bytesStream(Stream<byte[], byte[]> stream) {
			echo(stream);
		}

		private static <T> T checked(T in, String text) {
			if (text.equals("conflict")) {
				throw MicroException.conflict(SERVICE, "two of a kind");
			}
			return in;
		}

		private static <T> void echo(Stream<T, T> stream) {
			T last = null;
			for (T in = stream.receive(); in != null; in = stream.receive()) {
				stream.send(in);
				last = in;
			}
			if (last != null) {
				stream.send(last);
			}
		}

	}

	/**
	 * An object.
	 *
	 * @param name a text
	 * @param friends texts
	 * @param age a number that needs its 64 bits
	 */
	public record Person(String name, List<String> friends, long age) {
	}

}

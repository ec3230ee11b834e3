package io.microspring.docs;

import io.microspring.call.Stream;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.docs.GreeterApplication.Greeting;
import io.microspring.docs.GreeterApplication.Name;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.registry.Registry;
import io.microspring.server.Call;
import io.microspring.service.MicroService;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The Java of the page on gRPC, run.
 */
class GrpcPageTest {

	private static final CallOptions GRPC = CallOptions.defaults()
		.withProtocol("grpc")
		.withContentType("application/json");

	@Test
	void grpcPage() {
		try (MicroService service = MicroService.named("files")
			.address("127.0.0.1:0")
			.registry(Registry.memory())
			.handle(new Files())
			.build()) {
			service.start();
			Client client = service.client();

			assertThat(client
				.call(Request.of("files", "Files.Describe", new Name("a")), Greeting.class,
						GRPC.withMetadata("digest-bin", Headers.binary(new byte[] { 1, 2 })))
				.msg()).isEqualTo("a, 2 bytes");
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(
						() -> client.call(Request.of("files", "Files.Describe", new Name("")), Greeting.class, GRPC))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(404));
			try (Stream<Name, Greeting> stream = client.stream(Request.of("files", "Files.Join", null), Greeting.class,
					GRPC)) {
				stream.send(new Name("a"));
				stream.send(new Name("b"));
				stream.closeSend();
				assertThat(stream.receive()).isEqualTo(new Greeting("ab"));
				assertThat(stream.receive()).isNull();
			}
		}
	}

	static class Files {

		public Greeting describe(Name in, Call call) {
			if (in.name().isEmpty()) {
				throw MicroException.notFound(call.service(), "no such file"); // NOT_FOUND
			}
			String digest = call.metadata().getOrDefault("digest-bin", "");
			byte[] bytes = Headers.binary(digest); // as gRPC sends bytes: base64
			call.responseHeader("x-size", Integer.toString(bytes.length));
			call.responseTrailer("digest-bin", Headers.binary(bytes));
			call.compress(true);
			return new Greeting(in.name() + ", " + bytes.length + " bytes");
		}

		// a client stream: many requests, one answer behind their end
		public void join(Stream<Greeting, Name> stream) {
			StringBuilder all = new StringBuilder();
			for (Name name : stream.received()) {
				all.append(name.name());
			}
			stream.send(new Greeting(all.toString()));
		}

	}

}

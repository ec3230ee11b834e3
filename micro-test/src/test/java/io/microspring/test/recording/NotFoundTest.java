package io.microspring.test.recording;

import java.time.Duration;
import java.util.Map;

import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.ClientOptions;
import io.microspring.client.NotFound;
import io.microspring.client.Request;
import io.microspring.errors.MicroException;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.selector.Filter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What a caller sees of a service that is not there, as the user of a recorded Go client
 * saw it.
 */
class NotFoundTest {

	private static final String SERVICE = "go.micro.srv.nope";

	@ParameterizedTest
	@CsvSource({ "v1, GO_MICRO_V1", "v2, GO_MICRO_V2" })
	void recordedClientsSawTheSame(String generation, NotFound notFound) {
		Recording recording = Recording.bundled(generation, "micro-cli")
			.stream()
			.filter((each) -> each.name().equals("call-unknown-service"))
			.findFirst()
			.orElseThrow();
		String stdout = recording.json().path("stdout").asString();

		MicroException seen = MicroException.parse(stdout.substring(stdout.indexOf('{')).strip());

		assertThat(seen.isPlain()).isFalse();
		assertThat(failure(SERVICE, notFound)).isEqualTo(text(seen));
	}

	@Test
	void shapeThatUsersOfGoMicroKnowIsKept() {
		assertThat(failure("student_service", NotFound.GO_MICRO)).isEqualTo(
				"{\"id\":\"go.micro.client\",\"code\":500,\"detail\":\"error selecting student_service node: not found\","
						+ "\"status\":\"Internal Server Error\"}");
		assertThat(failure("student_service", NotFound.GO_MICRO_NEWEST)).contains("500")
			.contains("service student_service: not found");
	}

	@Test
	void byDefaultItIsExplained() {
		assertThat(failure("student_service", NotFound.EXPLAIN)).contains("404")
			.contains("student_service")
			.contains("registry memory");
	}

	@Test
	void noNodeLeftIsToldAsGoDoes() {
		try (Registry registry = Registry.memory(); Client client = client(registry, NotFound.GO_MICRO_V2)) {
			registry.register(Service.of("there", "1", new Node("there-1", "127.0.0.1:1", Map.of())), Duration.ZERO);

			MicroException error = catchThrowableOfType(MicroException.class,
					() -> client.call(Request.of("there", "Say.Hello", null), String.class,
							CallOptions.defaults().withFilter(Filter.version("2"))));

			assertThat(error.detail()).isEqualTo("error selecting there node: none available");
			assertThat(error.code()).isEqualTo(500);
			assertThat(error.getCause()).hasMessageContaining("version 2");
		}
	}

	private static String failure(String service, NotFound notFound) {
		try (Registry registry = Registry.memory(); Client client = client(registry, notFound)) {
			return text(catchThrowableOfType(MicroException.class,
					() -> client.call(Request.of(service, "Say.Hello", null), String.class)));
		}
	}

	private static String text(MicroException error) {
		return error.toText();
	}

	private static Client client(Registry registry, NotFound notFound) {
		return Client.builder(registry).options(ClientOptions.defaults().withNotFound(notFound)).build();
	}

}

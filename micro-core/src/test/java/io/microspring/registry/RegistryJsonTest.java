package io.microspring.registry;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class RegistryJsonTest {

	private static final Value NAME = new Value("name", "string", List.of());

	@Test
	void endpointIsWrittenAsGoWritesIt() {
		Endpoint endpoint = new Endpoint("Say.Hello", new Value("Request", "Request", List.of(NAME)), null,
				Map.of("stream", "true"));
		assertThat(RegistryJson.write(endpoint)).hasToString(
				"{\"name\":\"Say.Hello\",\"request\":{\"name\":\"Request\",\"type\":\"Request\",\"values\":[{\"name\":\"name\","
						+ "\"type\":\"string\",\"values\":null}]},\"response\":null,\"metadata\":{\"stream\":\"true\"}}");
	}

	@Test
	void endpointComesBackAsItWas() {
		Endpoint endpoint = new Endpoint("Say.Hello", new Value("Request", "Request", List.of(NAME, NAME)),
				new Value("Response", "Response", List.of()), Map.of("a", "1", "b", "2"));
		assertThat(read(RegistryJson.write(endpoint).toString())).isEqualTo(endpoint);
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "{\"name\":\"E\"}", "{\"name\":\"E\",\"request\":null,\"response\":null,\"metadata\":null}",
					"{\"name\":\"E\",\"request\":7,\"response\":[],\"metadata\":\"x\"}" })
	void whatIsAbsentOrOddIsPassedOver(String json) {
		assertThat(read(json)).isEqualTo(new Endpoint("E", null, null, Map.of()));
	}

	@Test
	void whatIsNoObjectIsAnEndpointWithoutAName() {
		assertThat(read("[1]").name()).isEmpty();
	}

	@Test
	void valuesWithoutEndAreCutOff() {
		StringBuilder json = new StringBuilder("null");
		for (int i = 0; i < 200; i++) {
			json.insert(0, "{\"name\":\"v\",\"values\":[").append("]}");
		}
		int depth = 0;
		for (Value value = read("{\"request\":" + json + "}").request(); value != null; depth++) {
			value = value.values().isEmpty() ? null : value.values().get(0);
		}
		assertThat(depth).isEqualTo(16);
	}

	@Test
	void serviceIsWrittenAsGoWritesIt() {
		Service bare = Service.of("greeter", "latest", Node.of("greeter-1", "127.0.0.1:1"));
		assertThat(RegistryJson.write(bare))
			.isEqualTo("{\"name\":\"greeter\",\"version\":\"latest\",\"metadata\":null,\"endpoints\":null,"
					+ "\"nodes\":[{\"id\":\"greeter-1\",\"address\":\"127.0.0.1:1\",\"metadata\":{}}]}");
	}

	@Test
	void serviceComesBackAsItWas() {
		Service service = new Service("greeter", "1.0.0", Map.of("team", "a"),
				List.of(new Endpoint("Say.Hello", NAME, null, Map.of("stream", "true"))),
				List.of(new Node("greeter-1", "127.0.0.1:1", Map.of("zone", "ä\"b")), Node.of("greeter-2", "[::1]:2")));
		assertThat(readService(RegistryJson.write(service))).isEqualTo(service);
	}

	@Test
	void whatAServiceLacksOrHasOddIsPassedOver() {
		assertThat(readService("{\"name\":\"s\",\"endpoints\":[7,{}],\"nodes\":[{},{\"id\":\"n\"},null]}"))
			.isEqualTo(Service.of("s", "", Node.of("n", "")));
		assertThat(readService("[]")).isEqualTo(Service.of("", ""));
	}

	private static Service readService(String json) {
		return RegistryJson.readService(RegistryJson.JSON.readTree(json));
	}

	private static Endpoint read(String json) {
		return RegistryJson.readEndpoint(RegistryJson.JSON.readTree(json));
	}

}

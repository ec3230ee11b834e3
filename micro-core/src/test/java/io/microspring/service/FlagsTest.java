package io.microspring.service;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.microspring.call.GoDuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * go-micro's flags and variables become settings.
 */
class FlagsTest {

	@ParameterizedTest
	@CsvSource({ "registry, consul, registry.type, consul", "registry_address, c:8500, registry.address, c:8500",
			"broker, kafka, broker.type, kafka", "broker_address, k:9092, broker.address, k:9092",
			"transport, memory, transport.type, memory", "transport_address, t:1, transport.address, t:1",
			"selector, random, selector.type, random", "client, mucp, client.type, mucp",
			"client_request_timeout, 1m30s, client.timeout, PT1M30S", "client_retries, 3, client.retries, 3",
			"client_pool_size, 7, client.pool.size, 7", "client_pool_ttl, 500ms, client.pool.ttl, PT0.5S",
			"server, mucp, server.type, mucp", "server_name, greeter, server.name, greeter",
			"server_version, 1.0, server.version, 1.0", "server_id, x, server.id, x",
			"server_address, :8080, server.address, :8080", "server_advertise, h:1, server.advertise, h:1",
			"server_metadata, zone=a, server.metadata.zone, a", "register_ttl, 10, server.register-ttl, PT10S",
			"registry_ttl, 10, server.register-ttl, PT10S", "register_interval, 5, server.register-interval, PT5S",
			"registry_interval, 5, server.register-interval, PT5S" })
	void eachFlagAndItsVariableIsASetting(String flag, String value, String setting, String expected) {
		assertThat(Flags.parse(List.of("--" + flag + "=" + value), Map.of()).settings())
			.containsExactly(Map.entry(setting, expected));
		assertThat(Flags.parse(List.of("-" + flag, value), Map.of()).settings())
			.containsExactly(Map.entry(setting, expected));
		assertThat(Flags.parse(List.of(), Map.of(Flags.variable(flag), value)).settings())
			.containsExactly(Map.entry(setting, expected));
		assertThat(Flags.names()).contains(flag);
	}

	@Test
	void aFlagWinsOverItsVariable() {
		Flags flags = Flags.parse(List.of("--registry=memory"),
				Map.of("MICRO_REGISTRY", "consul", "MICRO_REGISTRY_ADDRESS", "c:8500"));
		assertThat(flags.settings()).containsOnly(Map.entry("registry.type", "memory"),
				Map.entry("registry.address", "c:8500"));
	}

	@Test
	void theLastOfSeveralCounts() {
		assertThat(Flags.parse(List.of("--registry=a", "--registry", "b"), Map.of()).text("registry.type", ""))
			.isEqualTo("b");
	}

	@Test
	void metadataComesSeveralTimesAndReplacesThatOfTheVariable() {
		Flags flags = Flags.parse(List.of("--server_metadata=zone=a,rack=1", "--server_metadata", "x=y=z"),
				Map.of("MICRO_SERVER_METADATA", "other=1"));
		assertThat(flags.entries(Flags.SERVER_METADATA)).containsExactly(Map.entry("zone", "a"), Map.entry("rack", "1"),
				Map.entry("x", "y=z"));
	}

	@Test
	void whatIsNoFlagIsLeft() {
		Flags flags = Flags.parse(List.of("--debug", "--registry=memory", "file", "--", "--broker=memory"), Map.of());
		assertThat(flags.rest()).containsExactly("--debug", "file", "--broker=memory");
		assertThat(flags.settings()).containsOnlyKeys("registry.type");
	}

	@Test
	void whatIsNotSetHasItsFallback() {
		Flags flags = Flags.parse(List.of(), Map.of("MICRO_REGISTRY", ""));
		assertThat(flags.settings()).isEmpty();
		assertThat(flags.text(Flags.REGISTRY_TYPE, "mdns")).isEqualTo("mdns");
		assertThat(flags.count(Flags.CLIENT_RETRIES, 1)).isEqualTo(1);
		assertThat(flags.duration(Flags.CLIENT_TIMEOUT, Duration.ofSeconds(5))).isEqualTo(Duration.ofSeconds(5));
	}

	@ParameterizedTest
	@CsvSource({ "--client_retries=-1, -1", "--client_retries=two, two", "--client_request_timeout=5, 5",
			"--client_request_timeout=-5s, -5s", "--register_ttl=soon, soon", "--server_metadata=zone, zone",
			"--client_pool_ttl=999999999h, 999999999h" })
	void aValueOfTheWrongKindIsNamed(String argument, String value) {
		assertThatIllegalArgumentException().isThrownBy(() -> Flags.parse(List.of(argument), Map.of()))
			.withMessageContaining("The flag " + argument.substring(0, argument.indexOf('=')))
			.withMessageContaining("'" + value + "'")
			.withMessageContaining("it wants");
	}

	@Test
	void aVariableOfTheWrongKindIsNamed() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> Flags.parse(List.of(), Map.of("MICRO_REGISTER_TTL", "soon")))
			.withMessage("The variable MICRO_REGISTER_TTL is 'soon': "
					+ "it wants a number of seconds, or a duration such as 1m30s");
	}

	@ParameterizedTest
	@ValueSource(strings = { "--registry", "--registry=" })
	void aFlagWithoutAValueIsNamed(String argument) {
		assertThatIllegalArgumentException().isThrownBy(() -> Flags.parse(List.of(argument), Map.of()))
			.withMessage("The flag --registry has no value: it wants a text");
	}

	@ParameterizedTest
	@CsvSource({ "0, PT0S", "1h2m3s, PT1H2M3S", "1.5h, PT1H30M", ".5s, PT0.5S", "10us, PT0.00001S", "10µs, PT0.00001S",
			"1s1ms, PT1.001S", "3ns, PT0.000000003S" })
	void goDurationsAreRead(String text, Duration expected) {
		assertThat(GoDuration.parse(text)).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "5", "s", "1s ", "1d", "-1s", "1s-1ms", "1..5s",
			"1000000000000000000000000000000000000000000000000000000000000000s" })
	void whatIsNoGoDurationIsRefused(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> GoDuration.parse(text));
	}

}

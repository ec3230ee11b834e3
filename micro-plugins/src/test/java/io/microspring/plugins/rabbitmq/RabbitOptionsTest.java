package io.microspring.plugins.rabbitmq;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class RabbitOptionsTest {

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			rabbit.local | rabbitmq at rabbit.local:5672
			rabbit.local:1234 | rabbitmq at rabbit.local:1234
			amqp://rabbit.local | rabbitmq at rabbit.local:5672
			amqps://rabbit.local/ | rabbitmq at rabbit.local:5671
			a, b:1 | rabbitmq at a:5672, b:1
			::1 | rabbitmq at [::1]:5672
			[::1]:1234 | rabbitmq at [::1]:1234
			""")
	void addressMayLackAPort(String address, String text) {
		try (RabbitConnection connection = new RabbitConnection(RabbitOptions.defaults().withAddress(address),
				"test")) {
			assertThat(connection).hasToString(text);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://rabbit.local", "rabbit.local/fleet", "rabbit.local:0x1", "rabbit.local:70000", ",",
			"a b" })
	void whatIsNoAddressIsRefused(String address) {
		assertThatIllegalArgumentException().isThrownBy(() -> RabbitOptions.defaults().withAddress(address))
			.withMessageContaining(address);
	}

	@ParameterizedTest
	@ValueSource(strings = { "amqp://user:secret@rabbit.local", "rabbit.local?password=secret", "u:se,secret@r" })
	void addressWithASecretIsRefusedWithoutShowingIt(String address) {
		assertThatIllegalArgumentException().isThrownBy(() -> RabbitOptions.defaults().withAddress(address))
			.withMessageContaining("username")
			.withMessageNotContaining("secret");
	}

	@Test
	void passwordIsInNoText() {
		assertThat(RabbitOptions.defaults().withCredentials("micro", "secret").toString()).contains("micro")
			.doesNotContain("secret");
	}

	@Test
	void valuesOutsideTheirLimitsAreNamed() {
		RabbitOptions options = RabbitOptions.defaults();
		assertThatIllegalArgumentException().isThrownBy(() -> options.withTimeout(Duration.ZERO))
			.withMessageContaining("timeout");
		assertThatIllegalArgumentException().isThrownBy(() -> options.withExchange("micro", "tropic", false))
			.withMessageContaining("tropic");
		assertThatIllegalArgumentException().isThrownBy(() -> options.withExchange(" ", "topic", false))
			.withMessageContaining("exchange");
		assertThatIllegalArgumentException().isThrownBy(() -> options.withMaxMessageSize(0))
			.withMessageContaining("maxMessageSize");
	}

}

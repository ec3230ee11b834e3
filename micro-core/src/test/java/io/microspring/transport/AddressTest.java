package io.microspring.transport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class AddressTest {

	@Test
	void hostAndPortAreTakenApart() {
		assertThat(Address.parse("example:80")).isEqualTo(new Address("example", 80, 80));
		assertThat(Address.parse(":0")).isEqualTo(new Address("", 0, 0));
		assertThat(Address.parse("[::1]:8080")).isEqualTo(new Address("::1", 8080, 8080));
		assertThat(Address.parse("127.0.0.1:9000-9010")).isEqualTo(new Address("127.0.0.1", 9000, 9010));
	}

	@Test
	void ipv6HostGetsItsBracketsBack() {
		assertThat(Address.join("::1", 80)).isEqualTo("[::1]:80");
		assertThat(Address.join("127.0.0.1", 80)).isEqualTo("127.0.0.1:80");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "example", "example:", "example:http", "example:-1", "example:65536", "::1", "::1:80",
			"example:20-10", "example:1-2-3" })
	void malformedAddressIsNamed(String address) {
		assertThatExceptionOfType(TransportException.class).isThrownBy(() -> Address.parse(address))
			.withMessageContaining("'" + address + "'")
			.satisfies((ex) -> assertThat(ex.isUnsent()).isTrue());
	}

}

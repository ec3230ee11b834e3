package io.microspring.transport;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class AddressesTest {

	@ParameterizedTest
	@CsvSource({ "127.0.0.1:8080,'',127.0.0.1:8080", "10.1.2.3:8080,'',10.1.2.3:8080",
			"0.0.0.0:8080,example.org,example.org:8080", "0.0.0.0:8080,example.org:9090,example.org:9090",
			"[::]:8080,::1,[::1]:8080", "[::]:8080,[::1]:9090,[::1]:9090", "[fe80::1]:80,'',[fe80::1]:80",
			"inbox.abc,'',inbox.abc" })
	void advertisedAddressWinsOverTheBoundOne(String bound, String advertise, String announced) {
		assertThat(Addresses.announced(bound, advertise)).isEqualTo(announced);
	}

	@Test
	void wildcardBecomesAnAddressOfThisHost() {
		assertThat(Addresses.announced("0.0.0.0:8080", "")).matches("[^:]+:8080").doesNotStartWith("0.0.0.0");
	}

	@ParameterizedTest
	@CsvSource({ "'127.0.0.1 8.8.8.8 192.168.1.2 10.0.0.1',192.168.1.2", "'127.0.0.1 8.8.8.8 9.9.9.9',9.9.9.9",
			"'127.0.0.1 100.64.1.1 8.8.8.8',100.64.1.1", "127.0.0.1,127.0.0.1", "'',127.0.0.1",
			"'8.8.8.8 fd00::1',fd00:0:0:0:0:0:0:1" })
	void privateAddressesComeFirstThenPublicThenLoopback(String addresses, String chosen) {
		List<InetAddress> present = Arrays.stream(addresses.split(" "))
			.filter((a) -> !a.isEmpty())
			.map(AddressesTest::parse)
			.toList();

		assertThat(Addresses.ofThisHost(present)).isEqualTo(chosen);
	}

	private static InetAddress parse(String address) {
		try {
			return InetAddress.getByName(address);
		}
		catch (UnknownHostException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

}

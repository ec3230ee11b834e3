package io.microspring.plugins.registry.dns;

import java.time.Duration;
import java.util.List;

import io.microspring.registry.Registry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class DnsOptionsTest {

	@Test
	void serversAreAddressesWithAPortOrWithout() {
		try (Registry registry = new DnsRegistry(
				DnsOptions.defaults().withAddress("127.0.0.1, 127.0.0.1:54,::1,[::1]:55"))) {
			assertThat(registry).hasToString("dns at 127.0.0.1:53, 127.0.0.1:54, [::1]:53, [::1]:55");
			assertThat(registry.name()).isEqualTo("dns");
		}
	}

	@Test
	void withoutAddressTheSystemsServersAreAsked() {
		try (Registry registry = new DnsRegistry(DnsOptions.defaults())) {
			assertThat(registry.toString()).startsWith("dns at ").contains(":53");
		}
	}

	@Test
	void addressThatIsNoneIsRefused() {
		for (String address : List.of("dns.test", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:99999", "user@127.0.0.1",
				"1.2.3", "[::1]:x")) {
			assertThatIllegalArgumentException().isThrownBy(() -> DnsOptions.defaults().withAddress(address))
				.withMessageContaining("an IP address");
		}
	}

	@Test
	void optionsOutsideTheirLimitsAreRefused() {
		DnsOptions options = DnsOptions.defaults();
		assertThatIllegalArgumentException().isThrownBy(() -> options.withSrvName("_x._tcp"))
			.withMessageContaining("{service}");
		assertThatIllegalArgumentException().isThrownBy(() -> options.withHosts("x", 1));
		assertThatIllegalArgumentException().isThrownBy(() -> options.withHosts("{service}", 65536));
		assertThatIllegalArgumentException().isThrownBy(() -> options.withTimeout(Duration.ZERO));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> options.withTtl(Duration.ofSeconds(2), Duration.ofSeconds(1)));
		assertThat(options.withDomain(".a.b.").domain()).isEqualTo("a.b");
	}

}

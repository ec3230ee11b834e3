package io.microspring.plugins.registry.consul;

import java.net.URI;
import java.time.Duration;
import java.util.List;

import io.microspring.transport.TlsOptions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ConsulOptionsTest {

	private static final ConsulOptions OPTIONS = ConsulOptions.defaults();

	@Test
	void addressesAreHostsAndPorts() {
		assertThat(new ConsulRegistry(OPTIONS.withAddress("a,b:1,::1,[::1]:2,https://c")))
			.hasToString("consul at a:8500, b:1, [::1]:8500, [::1]:2, c:8500");
		for (String address : List.of("a b", ",", "http://", "a:b:c/d?", "ftp://a", "a/prefix", "my_host")) {
			assertThatIllegalArgumentException().as(address).isThrownBy(() -> OPTIONS.withAddress(address));
		}
	}

	@Test
	void addressThatHoldsAPasswordIsRefusedAndNotShown() {
		for (String address : List.of("http://me:secret@consul", "me:secret@consul:8500", "a,http://me:se,cret@b",
				"consul:8500?token=secret", "consul#secret")) {
			assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withAddress(address))
				.withMessageContaining("micro.registry.consul")
				.withMessageNotContainingAny("secret", "me:", "cret@");
		}
	}

	@Test
	void secretsAreNotShown() {
		assertThat(OPTIONS.withToken("secret").toString()).doesNotContain("secret");
		for (String url : List.of("http://me:secret@{host}/", "secret", "ftp://{host}/secret", "http:// secret")) {
			assertThatIllegalArgumentException().as(url)
				.isThrownBy(() -> ConsulOptions.Check.http(url, Duration.ofSeconds(1)))
				.withMessageContaining("check")
				.withMessageNotContaining("secret");
		}
	}

	@Test
	void tlsGoesWithAddressesThatDoNotSayOtherwise() {
		TlsOptions tls = TlsOptions.client();
		assertThat(OPTIONS.withAddress("a,https://b").withTls(tls).uris()).extracting(URI::getScheme)
			.containsOnly("https");
		assertThat(OPTIONS.withAddress("a,https://b").uris()).extracting(URI::getScheme)
			.containsExactly("http", "https");
		assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withAddress("a,http://b").withTls(tls))
			.withMessageContaining("http://b");
	}

	@Test
	void timesAreWithinBounds() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> OPTIONS.withDeregisterCriticalAfter(Duration.ofMillis(999)))
			.withMessageContaining("deregisterCriticalAfter must be between PT1S");
		assertThatIllegalArgumentException().isThrownBy(() -> ConsulOptions.Check.tcp(Duration.ofMillis(999)));
		assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withTimeout(Duration.ZERO));
		assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withWaitTime(Duration.ZERO));
	}

}

package io.microspring.plugins.registry.nats;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.microspring.registry.Registry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class NatsAddressTest {

	@Test
	void addressesAreHostsAndPorts() {
		try (Registry registry = new NatsRegistry(
				NatsOptions.defaults().withAddress("a,b:1,::1,[::1]:2,nats://c,tls://d"))) {
			assertThat(registry).hasToString("nats at a:4222, b:1, [::1]:4222, [::1]:2, c:4222, d:4222");
			assertThat(registry.name()).isEqualTo("nats");
		}
	}

	@Test
	void addressThatIsNoneIsRefused() {
		for (String address : List.of("a b", ",", "nats://", "a:b:c/d", "http://a", "a:99999", "nats://a/b")) {
			assertThatIllegalArgumentException().isThrownBy(() -> NatsOptions.defaults().withAddress(address));
		}
	}

	@Test
	void addressThatHoldsAPasswordIsRefusedAndNotShown() {
		for (String address : List.of("nats://root:secret@nats", "secret@nats", "a,nats://root:se,cret@b",
				"tls://nats?password=secret", "nats:4222#secret")) {
			assertThatIllegalArgumentException().isThrownBy(() -> NatsOptions.defaults().withAddress(address))
				.withMessageContaining("username and password, token or credentials-file")
				.withMessageNotContainingAny("secret", "root", "cret@", address);
		}
	}

	@Test
	void secretsAreNotShown() {
		assertThat(NatsOptions.defaults().withCredentials("root", "secret").toString()).doesNotContain("secret")
			.contains("root");
		assertThat(NatsOptions.defaults().withToken("secret").toString()).doesNotContain("secret");
	}

	@Test
	void optionsOutsideTheirLimitsAreRefused() {
		NatsOptions options = NatsOptions.defaults();
		assertThatIllegalArgumentException().isThrownBy(() -> options.withToken("t").withCredentialsFile(Path.of("f")))
			.withMessageContaining("one way");
		assertThatIllegalArgumentException().isThrownBy(() -> options.withTimeout(Duration.ZERO));
		assertThatIllegalArgumentException().isThrownBy(() -> options.withSilence(Duration.ofMillis(10)));
		assertThatIllegalArgumentException().isThrownBy(() -> options.withQuorum(-1));
		for (String subject : List.of("", "a..b", "a.>", "a b", "*")) {
			assertThatIllegalArgumentException().isThrownBy(() -> options.withSubjects(List.of(subject), List.of("b")))
				.withMessageContaining("querySubjects");
		}
	}

}

package io.microspring.plugins.registry.consul;

import java.util.List;

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
	void tokenIsNotShown() {
		assertThat(OPTIONS.withToken("secret").toString()).doesNotContain("secret");
	}

}

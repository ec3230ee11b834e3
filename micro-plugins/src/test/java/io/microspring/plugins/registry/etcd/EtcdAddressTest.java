package io.microspring.plugins.registry.etcd;

import java.util.List;

import io.microspring.registry.Registry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class EtcdAddressTest {

	@Test
	void addressesAreHostsAndPorts() {
		try (Registry registry = new EtcdRegistry(EtcdOptions.defaults().withAddress("a,b:1,::1,[::1]:2,https://c"))) {
			assertThat(registry).hasToString("etcd at a:2379, b:1, [::1]:2379, [::1]:2, c:2379");
		}
	}

	@Test
	void addressThatIsNoneIsRefused() {
		for (String address : List.of("a b", ",", "http://", "a:b:c/d?", "ftp://a", "a:99999", "http://a/b")) {
			assertThatIllegalArgumentException().isThrownBy(() -> EtcdOptions.defaults().withAddress(address));
		}
	}

	@Test
	void addressThatHoldsAPasswordIsRefusedAndNotShown() {
		for (String address : List.of("http://root:secret@etcd", "root:secret@etcd:2379", "a,http://root:se,cret@b",
				"http://root:se/cret@b", "https://etcd?password=secret", "etcd:2379#secret")) {
			assertThatIllegalArgumentException().isThrownBy(() -> EtcdOptions.defaults().withAddress(address))
				.withMessageContaining("micro.registry.etcd")
				.withMessageNotContainingAny("secret", "root", "cret@", "root:se", address);
		}
	}

	@Test
	void passwordIsNotShown() {
		assertThat(EtcdOptions.defaults().withCredentials("root", "secret").toString()).doesNotContain("secret")
			.contains("root");
	}

	@Test
	void allMembersHaveTlsWhenOneAsksForIt() {
		for (String addresses : List.of("https://a,b,c", "a, b, https://c", "https://a,https://b,https://c")) {
			assertThat(EtcdAddress.all(addresses)).as(addresses)
				.hasSize(3)
				.allSatisfy((address) -> assertThat(address.tls()).isTrue());
		}
		for (String addresses : List.of("a,b,c", "http://a,b,c", "http://a,http://b,http://c")) {
			assertThat(EtcdAddress.all(addresses)).as(addresses)
				.hasSize(3)
				.allSatisfy((address) -> assertThat(address.tls()).isFalse());
		}
	}

	@Test
	void membersWithAndWithoutTlsAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> EtcdAddress.all("https://a,b,http://c"))
			.withMessageContaining("http:// and https://");
	}

}

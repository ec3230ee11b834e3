package io.microspring.plugins.registry.zookeeper;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ZooKeeperOptionsTest {

	private static final ZooKeeperOptions OPTIONS = ZooKeeperOptions.defaults();

	@Test
	void addressesAreHostsAndPortsAndAChroot() {
		assertThat(new ZooKeeperRegistry(OPTIONS.withAddress("a, zk_1:1,[::1]:2,::1/chroot/of/ours")))
			.hasToString("zookeeper at a:2181, zk_1:1, [::1]:2, [::1]:2181/chroot/of/ours");
		assertThat(new ZooKeeperRegistry(OPTIONS.withAddress("a/"))).hasToString("zookeeper at a:2181");
	}

	@Test
	void whatCannotBeIsRefused() {
		for (String address : List.of("a b", ",", "http://a", "a:b", "a:1/chroot/", "/chroot", "a:99999")) {
			assertThatIllegalArgumentException().as(address).isThrownBy(() -> OPTIONS.withAddress(address));
		}
		assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withCredentials("", "c"));
		assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withTimeout(Duration.ZERO));
		assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withSessionTimeout(Duration.ZERO));
	}

	@Test
	void addressThatHoldsAPasswordIsRefusedAndNotShown() {
		for (String address : List.of("team:secret@zk", "zk1,team:se/cret@zk2/fleet", "digest://team:secret@zk:2181",
				"zk:2181?password=secret", "zk/fleet#secret")) {
			assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withAddress(address))
				.withMessageContaining("micro.registry.zookeeper")
				.withMessageNotContainingAny("secret", "team", "cret@");
		}
	}

	@Test
	void secretsAreNotShown() {
		assertThat(OPTIONS.withCredentials("team", "secret")
			.withProperties(Map.of("zookeeper.ssl.keyStore.password", "secret"))
			.toString()).doesNotContain("secret").contains("zookeeper.ssl.keyStore.password");
		assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withCredentials("team:secret", "c"))
			.withMessageContaining("without a colon")
			.withMessageNotContaining("secret");
	}

	@Test
	void settingsOfTlsMakeItSecureAndAreNotIgnored() {
		Map<String, String> tls = Map.of("zookeeper.ssl.trustStore.location", "/a.pem");
		assertThat(OPTIONS.withProperties(tls).properties()).containsEntry("zookeeper.client.secure", "true")
			.containsAllEntriesOf(tls);
		assertThat(OPTIONS.withProperties(Map.of("zookeeper.client.secure", "false")).properties())
			.containsEntry("zookeeper.client.secure", "false");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> OPTIONS.withProperties(
					Map.of("zookeeper.ssl.trustStore.location", "/a.pem", "zookeeper.client.secure", "false")))
			.withMessageContaining("zookeeper.client.secure is not true");
	}

}

package io.microspring.plugins.registry.gossip;

import java.time.Duration;

import io.microspring.registry.RegistryException;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** hashicorp's memberlist with go-micro's secret, which does not compress. */
class MemberlistSecretTest {

	private static final String SECRET = "micro-gossip-key";

	private static final Duration MINUTE = Duration.ofMinutes(1);

	@RegisterExtension
	static final ExternalServer SERVER = new ExternalServer(
			ServerRecipe.memberlist("--secret", SECRET, "--compress=false"));

	private final GoMember go = new GoMember(SERVER);

	@Test
	void encryptedMembersSeeEachOtherWhoeverJoins() {
		GossipOptions options = MemberlistTest.options().withSecret(SECRET);
		try (GossipRegistry joining = new GossipRegistry(options.withSeeds(this.go.address()));
				GossipRegistry joined = new GossipRegistry(options.withCompression(false))) {
			joining.register(MemberlistTest.service("java.greeter", "j1"), MINUTE);
			this.go.register(MemberlistTest.service("go.greeter", "g1"), MINUTE);
			joined.register(MemberlistTest.service("java.greeter", "j2"), MINUTE);
			this.go.join(joined.address());
			MemberlistTest.eventually().untilAsserted(() -> {
				assertThat(MemberlistTest.nodes(joining.get("go.greeter"))).containsExactly("g1");
				assertThat(MemberlistTest.nodes(joined.get("go.greeter"))).containsExactly("g1");
				assertThat(MemberlistTest.nodes(this.go.get("java.greeter"))).containsExactlyInAnyOrder("j1", "j2");
				assertThat(this.go.members()).isEqualTo(3);
				assertThat(joined.health().details()).containsEntry("members", "3").containsEntry("encrypted", "true");
			});
		}
	}

	@Test
	void otherSecretsAndNoneAreNotLetIn() {
		try (GossipRegistry none = MemberlistTest.member(this.go.address());
				GossipRegistry another = new GossipRegistry(
						MemberlistTest.options().withSeeds(this.go.address()).withSecret("another of sixteen bytes"))) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(none::list)
				.withMessageContaining("there is no secret here");
			assertThatExceptionOfType(RegistryException.class).isThrownBy(another::list)
				.withMessageNotContaining("another of");
		}
		try (GossipRegistry none = MemberlistTest.member("")) {
			none.list();
			assertThatThrownBy(() -> this.go.join(none.address())).isInstanceOf(IllegalStateException.class);
			assertThat(none.health().details()).containsEntry("members", "1");
		}
	}

}

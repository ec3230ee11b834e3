package io.microspring.plugins.registry.consul;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** A Consul that allows nothing to who has no token. */
class ConsulAclTest {

	private static final String TOKEN = UUID.randomUUID().toString();

	@RegisterExtension
	static final ExternalServer CONSUL = new ExternalServer(ServerRecipe.consulWithAcl(TOKEN));

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static final Service SERVICE = Service.of("secured", "1", Node.of("secured-1", "127.0.0.1:1"));

	private final ConsulApi api = new ConsulApi(CONSUL.address(), TOKEN);

	@BeforeEach
	void requireOurs() {
		CONSUL.requireOurs();
	}

	@Test
	void whoHasATokenMayDoEverything() {
		List<Change> changes = new CopyOnWriteArrayList<>();
		for (ConsulOptions.Check check : List.of(ConsulOptions.Check.ttl(),
				ConsulOptions.Check.tcp(Duration.ofMinutes(1)))) {
			try (Registry registry = open(TOKEN, check)) {
				registry.watch("secured", changes::add);
				registry.register(SERVICE, MINUTE);
				registry.register(SERVICE, MINUTE);
				assertThat(registry.get("secured")).containsExactly(SERVICE);
				assertThat(registry.list()).extracting(Service::name).contains("secured");
				Awaitility.await()
					.atMost(Duration.ofSeconds(40))
					.untilAsserted(() -> assertThat(changes).contains(new Change(Change.Action.CREATE, SERVICE)));
				registry.deregister(SERVICE);
				assertThat(registry.get("secured")).isEmpty();
				changes.clear();
			}
		}
	}

	@Test
	void whoHasNoTokenIsToldWhereToSetIt() {
		try (Registry registry = open("", ConsulOptions.Check.ttl())) {
			assertRefused(() -> registry.register(SERVICE, MINUTE), "register secured-1: 403 Permission denied");
			assertRefused(() -> registry.get("secured"), "look up secured");
			assertRefused(registry::list, "list services");
			assertThat(registry.health().detail()).contains("has a leader");
		}
	}

	@Test
	void tokenThatConsulDoesNotKnowIsRefusedAndNotShown() {
		String unknown = UUID.randomUUID().toString();
		try (Registry registry = open(unknown, ConsulOptions.Check.ttl())) {
			for (ThrowingCallable asked : List.<ThrowingCallable>of(() -> registry.get("secured"),
					() -> registry.register(SERVICE, MINUTE), () -> registry.watch("secured", (change) -> {
					}))) {
				assertThatExceptionOfType(RegistryException.class).isThrownBy(asked)
					.withMessageContaining("ACL not found")
					.withMessageContaining("the ACL token of micro.registry.consul.token does not allow it")
					.withMessageNotContaining(unknown);
			}
		}
	}

	@Test
	void whatATokenMayNotReadIsNoUnknownService() throws Exception {
		this.api.put("/v1/acl/policy",
				"""
						{"Name":"mine","Rules":"service \\"mine\\" {policy=\\"write\\"} node_prefix \\"\\" {policy=\\"read\\"}"}""");
		String token = this.api.put("/v1/acl/token", "{\"Policies\":[{\"Name\":\"mine\"}]}").get("SecretID").asString();
		try (Registry all = open(TOKEN, ConsulOptions.Check.ttl());
				Registry mine = open(token, ConsulOptions.Check.ttl())) {
			all.register(Service.of("theirs", "1", Node.of("theirs-1", "127.0.0.1:1")), MINUTE);
			mine.register(Service.of("mine", "1", Node.of("mine-1", "127.0.0.1:1")), MINUTE);
			assertThat(mine.list()).extracting(Service::name).containsExactly("mine");
			assertThat(mine.get("mine")).hasSize(1);
			assertThat(mine.get("nobodys")).isEmpty();
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> mine.get("theirs"))
				.withMessageContaining("refused to look up theirs: the ACL token of micro.registry.consul.token");
			all.deregister(Service.of("theirs", "1", Node.of("theirs-1", "")));
		}
	}

	private static void assertRefused(ThrowingCallable asked, String what) {
		assertThatExceptionOfType(RegistryException.class).isThrownBy(asked)
			.withMessageContaining("consul at " + CONSUL.address() + " refused to " + what)
			.withMessageContaining("wants an ACL token, and none is set by micro.registry.consul.token");
	}

	private static Registry open(String token, ConsulOptions.Check check) {
		return new ConsulRegistry(
				ConsulOptions.defaults().withAddress(CONSUL.address()).withToken(token).withCheck(check));
	}

}

package io.microspring.plugins.registry.nats;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.nats.client.NKey;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** NATS servers that let in nobody whom they do not know. */
class NatsAuthenticationTest {

	private static final NKey KEY = NatsOperator.userKey();

	private static final NatsOperator OPERATOR = new NatsOperator();

	@RegisterExtension
	static final ExternalServer USERS = new ExternalServer(ServerRecipe.nats("""
			authorization {
			  users = [
			    { user: fleet, password: secret }
			    { user: caller, password: secret, permissions: { publish: [ "micro.registry.nats.query" ] } }
			    { user: mute, password: secret, permissions: { subscribe: { deny: [ "micro.registry.nats.query" ] } } }
			    { user: blind, password: secret, permissions: { subscribe: { deny: [ "micro.registry.nats.watch" ] } } }
			    { nkey: %s }
			  ]
			}
			""".formatted(NatsOperator.publicKey(KEY))));

	@RegisterExtension
	static final ExternalServer TOKENS = new ExternalServer(ServerRecipe.nats("authorization { token: secret }"));

	@RegisterExtension
	static final ExternalServer OPERATORS = new ExternalServer(ServerRecipe.nats(OPERATOR.config()));

	private static final Service SERVICE = Service.of("secured", "1", Node.of("secured-1", "127.0.0.1:1"));

	@TempDir
	private Path directory;

	@BeforeEach
	void ours() {
		USERS.requireOurs();
	}

	@Test
	void userTokenKeyAndCredentialsAreLetIn() throws Exception {
		NatsOptions users = NatsOptions.defaults().withAddress(USERS.address());
		assertLetIn(users.withCredentials("fleet", "secret"));
		assertLetIn(NatsOptions.defaults().withAddress(TOKENS.address()).withToken("secret"));
		Path seed = Files.writeString(this.directory.resolve("user.nk"), new String(KEY.getSeed()) + "\n");
		assertLetIn(users.withCredentialsFile(seed));
		Path credentials = Files.writeString(this.directory.resolve("user.creds"), OPERATOR.credentials());
		assertLetIn(NatsOptions.defaults().withAddress(OPERATORS.address()).withCredentialsFile(credentials));
	}

	@Test
	void strangersAreRefused() throws Exception {
		// jnats waits for as long when it is refused.
		NatsOptions users = NatsOptions.defaults()
			.withAddress(USERS.address())
			.withConnectTimeout(Duration.ofSeconds(1));
		Path other = Files.writeString(this.directory.resolve("other.nk"),
				new String(NatsOperator.userKey().getSeed()));
		for (NatsOptions options : List.of(users, users.withCredentials("fleet", "wrong-one"),
				users.withToken("wrong-one"), users.withCredentialsFile(other))) {
			try (Registry registry = new NatsRegistry(options)) {
				assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.get("secured"))
					.withMessageContaining("nats at " + USERS.address() + " refused to look up secured: ")
					.withMessageContaining("Authorization Violation")
					.withMessageNotContaining("wrong-one");
			}
		}
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new NatsRegistry(users.withCredentialsFile(this.directory.resolve("missing.creds"))))
			.withMessageContaining("missing.creds");
		Path none = Files.writeString(this.directory.resolve("none.nk"), "no seed, and no word of it");
		try (Registry registry = new NatsRegistry(users.withCredentialsFile(none))) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.get("secured"))
				.withMessageContaining("none.nk")
				.withMessageNotContaining("no word");
		}
	}

	@Test
	void whoMayNotRegisterIsTold() {
		NatsOptions caller = NatsOptions.defaults().withAddress(USERS.address()).withCredentials("caller", "secret");
		try (Registry registry = new NatsRegistry(caller)) {
			assertThat(registry.get("secured")).isEmpty();
			assertThatExceptionOfType(RegistryException.class)
				.isThrownBy(() -> registry.register(SERVICE, Duration.ofMinutes(1)))
				.withMessageContaining("refused to register secured: ")
				.withMessageContaining("Permissions Violation");
		}
	}

	@Test
	void whoMayNotAnswerIsToldEachTime() {
		NatsOptions mute = NatsOptions.defaults().withAddress(USERS.address()).withCredentials("mute", "secret");
		try (Registry registry = new NatsRegistry(mute)) {
			for (int i = 0; i < 3; i++) {
				assertThatExceptionOfType(RegistryException.class)
					.isThrownBy(() -> registry.register(SERVICE, Duration.ofMinutes(1)))
					.withMessageContaining("refused to register secured: ")
					.withMessageContaining("Permissions Violation for Subscription");
				assertThat(registry.get("secured")).isEmpty();
			}
		}
	}

	@Test
	void whoMayNotHearOfChangesIsToldEachTime() {
		NatsOptions blind = NatsOptions.defaults().withAddress(USERS.address()).withCredentials("blind", "secret");
		try (Registry registry = new NatsRegistry(blind)) {
			for (int i = 0; i < 3; i++) {
				assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> registry.watch("", (change) -> {
				})).withMessageContaining("refused to watch all services: ").withMessageContaining("Subscription");
			}
			registry.register(SERVICE, Duration.ofMinutes(1));
			assertThat(registry.get("secured")).containsExactly(SERVICE);
		}
	}

	@Test
	void watchGoesOnWhenCredentialsWereRefusedForATime() throws Exception {
		Path seed = Files.writeString(this.directory.resolve("rolled.nk"), new String(KEY.getSeed()));
		NatsOptions options = NatsOptions.defaults().withAddress(USERS.address()).withCredentialsFile(seed);
		try (Registry registry = new NatsRegistry(options)) {
			List<Change> changes = new CopyOnWriteArrayList<>();
			registry.watch("secured", changes::add);
			registry.register(SERVICE, Duration.ofMinutes(1));
			Files.writeString(seed, new String(NatsOperator.userKey().getSeed()));
			USERS.restart();
			eventually()
				.untilAsserted(() -> assertThat(registry.health().detail()).contains("Authorization Violation"));
			Files.writeString(seed, new String(KEY.getSeed()));
			Service second = Service.of("secured", "1", Node.of("secured-2", "127.0.0.1:2"));
			eventually().ignoreExceptions().untilAsserted(() -> registry.register(second, Duration.ofMinutes(1)));
			eventually().untilAsserted(() -> assertThat(changes)
				.containsExactly(new Change(Change.Action.CREATE, SERVICE), new Change(Change.Action.CREATE, second)));
		}
	}

	private static void assertLetIn(NatsOptions options) {
		try (Registry registry = new NatsRegistry(options)) {
			registry.register(SERVICE, Duration.ofMinutes(1));
			eventually().untilAsserted(() -> assertThat(registry.get("secured")).containsExactly(SERVICE));
		}
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40));
	}

}

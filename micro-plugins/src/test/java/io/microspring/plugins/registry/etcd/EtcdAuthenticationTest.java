package io.microspring.plugins.registry.etcd;

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
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** An etcd that lets in nobody without a password. */
class EtcdAuthenticationTest {

	@RegisterExtension
	static final ExternalServer ETCD = new ExternalServer(ServerRecipe.etcd());

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static final Service FIRST = Service.of("secured", "1", Node.of("secured-1", "127.0.0.1:1"));

	private static final Service SECOND = Service.of("secured", "1", Node.of("secured-2", "127.0.0.1:2"));

	@Test
	void credentialsAreShownAsSoonAsTheyAreAskedForAndAgainAfterARestart() {
		ETCD.requireOurs();
		try (Registry registry = new EtcdRegistry(options().withCredentials("root", "secret"));
				Registry stranger = new EtcdRegistry(options());
				Registry mistaken = new EtcdRegistry(options().withCredentials("root", "wrong"));
				EtcdShell shell = new EtcdShell(ETCD.address())) {
			List<Change> changes = new CopyOnWriteArrayList<>();
			registry.watch("secured", changes::add);
			registry.register(FIRST, MINUTE);
			shell.requirePassword("secret");

			registry.register(FIRST, MINUTE);
			assertThat(registry.get("secured")).containsExactly(FIRST);
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> stranger.get("secured"))
				.withMessageContaining("etcd at " + ETCD.address() + " refused to look up secured: ")
				.withMessageContaining("user name is empty");
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> mistaken.get("secured"))
				.withMessageContaining("authentication failed")
				.withMessageNotContaining("wrong");

			// Tokens are in etcd's memory only.
			ETCD.restart();
			registry.register(FIRST, MINUTE);
			registry.register(SECOND, MINUTE);
			Awaitility.await()
				.atMost(Duration.ofSeconds(40))
				.untilAsserted(() -> assertThat(changes).containsExactly(new Change(Change.Action.CREATE, FIRST),
						new Change(Change.Action.CREATE, SECOND)));
		}
	}

	private static EtcdOptions options() {
		return EtcdOptions.defaults().withAddress(ETCD.address());
	}

}

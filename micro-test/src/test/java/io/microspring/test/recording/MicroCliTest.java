package io.microspring.test.recording;

import java.util.List;

import io.microspring.registry.Registry;
import io.microspring.server.DebugOptions;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.test.recording.Outcome.Verdict;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What go-micro's command line asks a service. */
class MicroCliTest {

	private final Player player = Player.bundled("micro-cli");

	@Test
	void healthStatisticsAndCallsOfEachGenerationAreAnswered() {
		List<Outcome> outcomes = played(DebugOptions.defaults());
		assertThat(outcomes).filteredOn((outcome) -> outcome.verdict() == Verdict.DIFFERS).isEmpty();
		assertThat(outcomes).filteredOn((outcome) -> outcome.verdict() == Verdict.SAME)
			.extracting((outcome) -> outcome.recording().path())
			.containsExactly("v1/micro-cli/call-unknown-method", "v1/micro-cli/stats",
					"v2/micro-cli/call-unknown-method", "v2/micro-cli/call", "v2/micro-cli/health",
					"v2/micro-cli/stats");
	}

	@Test
	void serverThatIsNotAskedDiffers() {
		assertThat(played(DebugOptions.defaults().withEnabled(false)))
			.filteredOn((outcome) -> outcome.verdict() == Verdict.DIFFERS)
			.extracting((outcome) -> outcome.recording().path())
			.containsExactly("v1/micro-cli/stats", "v2/micro-cli/health", "v2/micro-cli/stats");
	}

	private List<Outcome> played(DebugOptions debug) {
		try (Registry registry = Registry.memory();
				Server server = Server.builder(registry)
					.options(ServerOptions.named("go.micro.srv.greeter").withAddress("127.0.0.1:0").withDebug(debug))
					.build()) {
			server.handle(Handler.of("Say", new RecordedExchangesTest.Say())).start();
			return this.player.asServer(server.address());
		}
	}

}

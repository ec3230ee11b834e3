package io.microspring.plugins.transport.nats;

import java.util.List;

import io.microspring.test.recording.Caller;
import io.microspring.test.recording.NatsTransportFamily;
import io.microspring.test.recording.Outcome.Verdict;
import io.microspring.test.recording.Player;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** A client on the NATS transport against what go-micro's servers answered. */
class NatsTransportRecordingsTest {

	@RegisterExtension
	static final ExternalServer NATS = new ExternalServer(ServerRecipe.nats(""));

	@Test
	void clientCallsTheGoGreeterAsTheGoClientDid() {
		Player player = Player.bundled(List.of(new NatsTransportFamily(NATS.address())));
		assertThat(player.asClient(
				Caller.over(() -> new NatsTransport(NatsTransportOptions.defaults().withAddress(NATS.address())))))
			.hasSize(3)
			.allSatisfy((outcome) -> assertThat(outcome.verdict()).as(outcome.line()).isEqualTo(Verdict.SAME));
	}

}

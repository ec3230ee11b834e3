package io.microspring.plugins.broker.nats;

import java.util.List;
import java.util.function.Function;

import io.microspring.broker.Broker;
import io.microspring.test.recording.Caller;
import io.microspring.test.recording.NatsBrokerFamily;
import io.microspring.test.recording.Outcome;
import io.microspring.test.recording.Outcome.Verdict;
import io.microspring.test.recording.Player;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** The NATS broker against what go-micro wrote to NATS and heard there. */
class NatsBrokerRecordingsTest {

	@RegisterExtension
	static final ExternalServer NATS = new ExternalServer(ServerRecipe.nats(""));

	@Test
	void subscriberHearsWhatGoPublishes() {
		assertThat(player(NatsBrokerRecordingsTest::broker).asServer()).hasSize(6)
			.allSatisfy((outcome) -> assertThat(outcome.verdict()).as(outcome.line()).isEqualTo(Verdict.SAME));
	}

	@Test
	void publisherPublishesWhatGoHears() {
		assertThat(player(NatsBrokerRecordingsTest::broker).asClient(Caller.ofNodes())).hasSize(6)
			.allSatisfy((outcome) -> assertThat(outcome.verdict()).as(outcome.line()).isEqualTo(Verdict.SAME));
	}

	/** As for a program that publishes elsewhere. */
	@Test
	void brokerThatDoesSomethingElseDiffers() {
		Player elsewhere = player((address) -> Broker.memory())
			.only((recording) -> recording.path().equals("v1/nats-broker/grpc-publish"));
		assertThat(elsewhere.asClient(Caller.ofNodes())).hasSize(1)
			.extracting(Outcome::detail)
			.allSatisfy((detail) -> assertThat(detail).contains("nothing was published"));
	}

	private static Player player(Function<String, Broker> brokers) {
		return Player.bundled(List.of(new NatsBrokerFamily(brokers, NATS.address())));
	}

	private static Broker broker(String address) {
		return new NatsBroker(NatsBrokerOptions.defaults().withAddress(address));
	}

}

package io.microspring.samples.test;

import java.time.Duration;

import io.microspring.registry.Node;
import io.microspring.samples.heartbeat.HeartbeatApplication;
import io.microspring.test.process.JavaProcess;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HeartbeatSampleTest {

	/** As in the sample's application.yml. */
	private static final Duration TTL = Duration.ofSeconds(10);

	@Test
	void killedInstanceIsGoneFromTheRegistryWithinItsTimeToLive() {
		try (Neighbourhood neighbourhood = new Neighbourhood()) {
			JavaProcess killed = neighbourhood.start(HeartbeatApplication.class, "--micro.server.id=killed");
			JavaProcess witness = neighbourhood.start(HeartbeatApplication.class, "--micro.server.id=witness");
			witness.awaitLine("CREATE heartbeat-killed");

			long start = System.nanoTime();
			killed.kill();

			witness.awaitLine("DELETE heartbeat-killed");
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TTL.plusSeconds(1));
			assertThat(neighbourhood.registry().get("heartbeat")).flatMap((service) -> service.nodes())
				.extracting(Node::id)
				.containsExactly("heartbeat-witness");
		}
	}

}

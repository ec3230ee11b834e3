package io.microspring.samples.test;

import io.microspring.samples.popular.PopularApplication;
import io.microspring.samples.popularclient.PopularClientApplication;
import io.microspring.test.process.JavaProcess;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PopularSampleTest {

	@Test
	void clientPrintsPingWinyhAndNothingElse() {
		try (Neighbourhood neighbourhood = new Neighbourhood()) {
			neighbourhood.startService("popular", PopularApplication.class);

			JavaProcess client = neighbourhood.start(PopularClientApplication.class,
					"--micro.registry.mdns.timeout=1s");

			assertThat(client.awaitExit()).as(client.toString()).isZero();
			assertThat(client.lines()).containsExactly("Ping winyh");
		}
	}

}

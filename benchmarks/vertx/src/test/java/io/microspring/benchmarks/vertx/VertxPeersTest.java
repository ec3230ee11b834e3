package io.microspring.benchmarks.vertx;

import org.junit.jupiter.api.Test;

import io.microspring.benchmarks.EchoCheck;

/**
 * The peers answer.
 */
class VertxPeersTest {

	@Test
	void httpAnswers() throws Exception {
		EchoCheck.run(new VertxHttp(), "", 16);
	}

}

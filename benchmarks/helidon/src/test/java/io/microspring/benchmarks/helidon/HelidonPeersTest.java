package io.microspring.benchmarks.helidon;

import org.junit.jupiter.api.Test;

import io.microspring.benchmarks.EchoCheck;

/**
 * The peers answer.
 */
class HelidonPeersTest {

	@Test
	void httpAnswers() throws Exception {
		EchoCheck.run(new HelidonHttp(), "", 16);
	}

}

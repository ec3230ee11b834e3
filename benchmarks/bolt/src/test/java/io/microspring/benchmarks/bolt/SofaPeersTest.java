package io.microspring.benchmarks.bolt;

import org.junit.jupiter.api.Test;

import io.microspring.benchmarks.EchoCheck;

/**
 * The peers answer.
 */
class SofaPeersTest {

	@Test
	void boltAnswers() throws Exception {
		EchoCheck.run(new Bolt(), "", 16);
	}

	@Test
	void sofaRpcAnswers() throws Exception {
		EchoCheck.run(new SofaRpc(), "", 16);
	}

}

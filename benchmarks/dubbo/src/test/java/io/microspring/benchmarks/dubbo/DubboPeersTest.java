package io.microspring.benchmarks.dubbo;

import org.junit.jupiter.api.Test;

import io.microspring.benchmarks.EchoCheck;

/**
 * The peers answer.
 */
class DubboPeersTest {

	@Test
	void tripleAnswers() throws Exception {
		EchoCheck.run(new DubboTriple(), "", 16);
	}

	@Test
	void tcpAnswers() throws Exception {
		EchoCheck.run(new DubboTcp(), "", 16);
	}

}

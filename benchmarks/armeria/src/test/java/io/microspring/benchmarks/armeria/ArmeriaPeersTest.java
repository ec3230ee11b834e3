package io.microspring.benchmarks.armeria;

import org.junit.jupiter.api.Test;

import io.microspring.benchmarks.EchoCheck;

/**
 * The peers answer.
 */
class ArmeriaPeersTest {

	@Test
	void grpcAnswers() throws Exception {
		EchoCheck.run(new ArmeriaGrpc(), "", 16);
	}

	@Test
	void jsonAnswers() throws Exception {
		EchoCheck.run(new ArmeriaJson(), "", 16);
	}

}

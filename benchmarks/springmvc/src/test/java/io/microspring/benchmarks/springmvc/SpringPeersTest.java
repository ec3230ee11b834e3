package io.microspring.benchmarks.springmvc;

import org.junit.jupiter.api.Test;

import io.microspring.benchmarks.EchoCheck;

/**
 * The peers answer.
 */
class SpringPeersTest {

	@Test
	void jsonAnswers() throws Exception {
		EchoCheck.run(new SpringMvc(), "", 16);
	}

}

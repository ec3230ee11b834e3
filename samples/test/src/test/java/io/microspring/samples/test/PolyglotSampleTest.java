package io.microspring.samples.test;

import io.microspring.samples.polyglot.PolyglotApplication;
import io.microspring.samples.studentpublisher.StudentPublisherApplication;
import io.microspring.test.process.JavaProcess;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PolyglotSampleTest {

	@Test
	void whatOneBrokerBringsIsNotedByAnother() {
		try (Neighbourhood neighbourhood = new Neighbourhood()) {
			JavaProcess polyglot = neighbourhood.start(PolyglotApplication.class);
			neighbourhood.start(StudentPublisherApplication.class);

			assertThat(polyglot.awaitLine("winyh")).isEqualTo("winyh enrolled, noted by polyglot on memory");
		}
	}

}

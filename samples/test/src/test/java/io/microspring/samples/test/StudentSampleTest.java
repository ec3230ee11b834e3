package io.microspring.samples.test;

import io.microspring.samples.student.StudentApplication;
import io.microspring.samples.studentpublisher.StudentPublisherApplication;
import io.microspring.test.process.JavaProcess;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StudentSampleTest {

	@Test
	void studentsPublishedInEitherWayArePrintedAsJson() {
		try (Neighbourhood neighbourhood = new Neighbourhood()) {
			JavaProcess student = neighbourhood.start(StudentApplication.class);
			neighbourhood.start(StudentPublisherApplication.class);

			String typed = student.awaitLine("winyh");
			String direct = student.awaitLine("John");

			assertThat(typed).isEqualTo("{\"id\":\"1\",\"name\":\"winyh\",\"age\":18}");
			assertThat(direct).isEqualTo("{\"id\":\"2\",\"name\":\"John\",\"age\":20}");
		}
	}

}

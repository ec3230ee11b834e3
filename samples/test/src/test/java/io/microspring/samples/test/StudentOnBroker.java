package io.microspring.samples.test;

import java.util.ArrayList;
import java.util.List;

import io.microspring.samples.student.StudentApplication;
import io.microspring.samples.studentpublisher.StudentPublisherApplication;
import io.microspring.test.process.JavaProcess;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The student sample over another broker than http: one property, its address, and the
 * broker's dependency, which the class path of this module has for all of them. No
 * registry is needed.
 */
final class StudentOnBroker {

	private StudentOnBroker() {
	}

	static void assertThatStudentsArrive(String... broker) {
		try (JavaProcess student = start(StudentApplication.class, broker);
				JavaProcess publisher = start(StudentPublisherApplication.class, broker)) {
			assertThat(student.awaitLine("winyh")).as(student + "\n" + publisher)
				.isEqualTo("{\"id\":\"1\",\"name\":\"winyh\",\"age\":18}");
			assertThat(student.awaitLine("John")).isEqualTo("{\"id\":\"2\",\"name\":\"John\",\"age\":20}");
		}
	}

	private static JavaProcess start(Class<?> application, String... broker) {
		List<String> arguments = new ArrayList<>(List.of(broker));
		arguments.add("--micro.registry.type=memory");
		arguments.add("--micro.server.address=127.0.0.1:0");
		// The class path is that of all samples, and the greeter brings a web server.
		arguments.add("--spring.main.web-application-type=none");
		return JavaProcess.start(application, arguments.toArray(String[]::new));
	}

}

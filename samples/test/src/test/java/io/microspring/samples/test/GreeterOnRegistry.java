package io.microspring.samples.test;

import java.util.ArrayList;
import java.util.List;

import io.microspring.samples.greeter.GreeterApplication;
import io.microspring.samples.greeterclient.GreeterClientApplication;
import io.microspring.test.process.JavaProcess;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The greeter and its client meet by another registry than mDNS: one property, and the
 * registry's dependency, which the class path of this module has for all of them.
 */
final class GreeterOnRegistry {

	private GreeterOnRegistry() {
	}

	static void assertThatTheyMeet(String... registry) {
		List<String> service = arguments(registry);
		service.add("--micro.server.address=127.0.0.1:0");
		try (JavaProcess greeter = JavaProcess.start(GreeterApplication.class, service.toArray(String[]::new));
				JavaProcess client = JavaProcess.start(GreeterClientApplication.class,
						arguments(registry).toArray(String[]::new))) {
			assertThat(client.awaitExit()).as(client + "\n" + greeter).isZero();
			assertThat(client.lines()).contains("typed:   Hello John", "generic: Hello John", "stream:  Hello John 2");
		}
	}

	private static List<String> arguments(String... registry) {
		List<String> arguments = new ArrayList<>(List.of(registry));
		// The class path is that of all samples, and the greeter brings a web server.
		arguments.add("--spring.main.web-application-type=none");
		return arguments;
	}

}

package io.microspring.samples.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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
		try (JavaProcess greeter = start(GreeterApplication.class, List.of("--micro.server.address=127.0.0.1:0"),
				registry)) {
			assertThatClientFinds(greeter, List.of(), registry);
		}
	}

	/** The same, where each is told more, and the greeter is there before its client. */
	static void assertThatTheyMeet(List<String> greeterOnly, List<String> clientOnly, String... registry) {
		try (JavaProcess greeter = start(GreeterApplication.class, greeterOnly, registry)) {
			greeter.awaitLine("The greeter is up");
			assertThatClientFinds(greeter, clientOnly, registry);
		}
	}

	private static void assertThatClientFinds(JavaProcess greeter, List<String> clientOnly, String... registry) {
		try (JavaProcess client = start(GreeterClientApplication.class, clientOnly, registry)) {
			assertThat(client.awaitExit()).as(client + "\n" + greeter).isZero();
			assertThat(client.lines()).contains("typed:   Hello John", "generic: Hello John", "stream:  Hello John 2");
		}
	}

	/** For what has to be known before anything listens there. */
	static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static JavaProcess start(Class<?> application, List<String> own, String... registry) {
		List<String> arguments = new ArrayList<>(List.of(registry));
		arguments.addAll(own);
		// The class path is that of all samples, and the greeter brings a web server.
		arguments.add("--spring.main.web-application-type=none");
		return JavaProcess.start(application, arguments.toArray(String[]::new));
	}

}

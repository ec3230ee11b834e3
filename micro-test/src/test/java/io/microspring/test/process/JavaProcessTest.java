package io.microspring.test.process;

import java.io.IOException;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class JavaProcessTest {

	@Test
	void linesAndExitCodeAreThoseOfTheProgram() {
		try (JavaProcess process = JavaProcess.start(Echo.class, "one", "two")) {
			assertThat(process.awaitLine("^t")).isEqualTo("two");
			assertThat(process.awaitExit()).isEqualTo(3);
			assertThat(process.lines()).containsExactly("one", "two");
		}
	}

	@Test
	void lineThatNeverComesFailsWithWhatWasPrinted() {
		try (JavaProcess process = JavaProcess.start(Echo.class, "one")) {
			assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> process.awaitLine("three"))
				.withMessageContaining("three")
				.withMessageContaining("one");
		}
	}

	@Test
	void killedProgramGetsNoChanceToSayGoodbye() {
		try (JavaProcess process = JavaProcess.start(Waiting.class)) {
			process.awaitLine("hello");

			process.kill();

			assertThat(process.lines()).containsExactly("hello");
			assertThat(ProcessHandle.of(process.pid())).isEmpty();
		}
	}

	@Test
	void closedProgramEndsInOrder() {
		JavaProcess process = JavaProcess.start(Waiting.class);
		process.awaitLine("hello");

		process.close();

		assertThat(process.awaitExit()).isEqualTo(143);
		assertThat(process.lines()).containsExactly("hello", "goodbye");
	}

	@SuppressWarnings("checkstyle:RegexpSinglelineJava")
	static final class Echo {

		public static void main(String[] args) {
			for (String arg : args) {
				System.out.println(arg);
			}
			System.exit(3);
		}

	}

	@SuppressWarnings("checkstyle:RegexpSinglelineJava")
	static final class Waiting {

		public static void main(String[] args) throws IOException {
			Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("goodbye")));
			System.out.println("hello");
			System.in.read();
		}

	}

}

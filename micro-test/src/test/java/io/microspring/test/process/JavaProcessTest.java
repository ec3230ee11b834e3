package io.microspring.test.process;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

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

	@Test
	void pausedProgramGoesOnWhenItIsTold() {
		try (JavaProcess process = JavaProcess.start(Ticking.class)) {
			process.awaitLine("tick");
			process.pause();
			AtomicInteger printed = new AtomicInteger(-1);
			await().pollInterval(Duration.ofMillis(200))
				.until(() -> printed.getAndSet(process.lines().size()) == process.lines().size());

			process.resume();

			await().until(() -> process.lines().size() > printed.get());
		}
	}

	@SuppressWarnings("checkstyle:RegexpSinglelineJava")
	static final class Ticking {

		public static void main(String[] args) {
			while (true) {
				System.out.println("tick");
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
			}
		}

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

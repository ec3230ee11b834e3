package io.microspring.test.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.microspring.broker.Broker;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.registry.Registry;
import io.microspring.server.Handler;
import io.microspring.service.MicroService;
import io.microspring.test.process.JavaProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * How a service in a process of its own ends when the process is told to.
 */
@EnabledOnOs({ OS.LINUX, OS.MAC })
class SignalTest {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	@ParameterizedTest
	@CsvSource({ "TERM, 143", "INT, 130" })
	void signalStopsTheServiceInOrderAndTheCallUnderWayIsAnswered(String signal, int exitCode) throws Exception {
		try (JavaProcess process = JavaProcess.start(Program.class);
				Client client = Client.builder(Registry.memory()).build()) {
			String address = process.awaitLine("^serving at ").substring("serving at ".length());
			CompletableFuture<String> call = client.callAsync(Request.of("stoppable", "Slow.Call", "x"), String.class,
					CallOptions.defaults().withAddress(address).withTimeout(PATIENCE));
			process.awaitLine("^call begun");
			assumeSignalIsHeard(process, signal);

			send(signal, process);

			// The handler answers only once the service is deregistered.
			assertThat(call).succeedsWithin(PATIENCE).isEqualTo("answered x");
			assertThat(process.awaitExit()).isEqualTo(exitCode);
			assertThat(process.lines()).containsSubsequence("registered stoppable", "call begun", "before stop",
					"deregistered stoppable", "call ends", "after stop");
		}
	}

	@Test
	void signalWhileStartingTakesTheRegistrationBack() throws Exception {
		try (JavaProcess process = JavaProcess.start(Program.class, "hesitate")) {
			process.awaitLine("^hesitating");

			send("TERM", process);

			assertThat(process.awaitExit()).isEqualTo(143);
			assertThat(process.lines()).containsSubsequence("registered stoppable", "hesitating", "before stop",
					"deregistered stoppable", "after stop");
		}
	}

	/** A shell starts what runs in its background deaf to SIGINT, and a JVM stays so. */
	private static void assumeSignalIsHeard(JavaProcess process, String signal) throws IOException {
		Path status = Path.of("/proc", Long.toString(process.pid()), "status");
		if (signal.equals("INT") && Files.exists(status)) {
			String ignored = Files.readAllLines(status)
				.stream()
				.filter((line) -> line.startsWith("SigIgn:"))
				.findFirst()
				.orElse("SigIgn: 0");
			long mask = Long.parseUnsignedLong(ignored.substring("SigIgn:".length()).trim(), 16);
			assumeThat(mask & 2).as("SIGINT is ignored by whoever started these tests").isZero();
		}
	}

	private static void send(String signal, JavaProcess process) throws Exception {
		int result = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).inheritIO()
			.start()
			.waitFor();
		assertThat(result).isZero();
	}

	@SuppressWarnings("checkstyle:RegexpSinglelineJava")
	static final class Program {

		public static void main(String[] args) {
			PrintingRegistry registry = new PrintingRegistry(System.out::println);
			AtomicReference<MicroService> service = new AtomicReference<>();
			service.set(MicroService.named("stoppable")
				.registry(registry)
				.broker(Broker.memory())
				.address("127.0.0.1:0")
				.server((options) -> options.withShutdown(Duration.ofMillis(100), Duration.ofSeconds(10)))
				.handle(Handler.named("Slow").unary("Call", String.class, String.class, (call) -> {
					System.out.println("call begun");
					registry.deregistered.await();
					System.out.println("call ends");
					return "answered " + call.request();
				}).build())
				.afterStart(() -> hesitate(List.of(args).contains("hesitate")))
				.afterStart(() -> System.out.println("serving at " + service.get().server().address()))
				.beforeStop(() -> System.out.println("before stop"))
				.afterStop(() -> System.out.println("after stop"))
				.build());
			service.get().run();
		}

		private static void hesitate(boolean asked) {
			if (asked) {
				System.out.println("hesitating");
				try {
					new CountDownLatch(1).await(1, TimeUnit.SECONDS);
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}
		}

	}

}

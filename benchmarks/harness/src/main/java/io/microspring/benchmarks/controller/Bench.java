package io.microspring.benchmarks.controller;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

import io.microspring.benchmarks.worker.Load;

/**
 * The controller's command line.
 */
public final class Bench {

	private Bench() {
	}

	/**
	 * Measures.
	 * @param arguments {@code quick ROW[,ROW...] LOAD[,LOAD...] [SECONDS]}, where a load
	 * is a number of calls at a time, with {@code x} and a size if it is not 100 B
	 * ({@code 16x65536}), or {@code stream}
	 * @throws IOException when a process cannot be started
	 */
	public static void main(String[] arguments) throws IOException {
		Setup setup = new Setup(Path.of(System.getProperty("benchmarks", "benchmarks")), javaHome());
		if (arguments.length < 3 || !arguments[0].equals("quick")) {
			System.err.println("quick ROW[,ROW...] LOAD[,LOAD...] [SECONDS]; rows: "
					+ Rows.all().stream().map(Row::name).toList());
			System.exit(2);
		}
		double seconds = (arguments.length > 3) ? Double.parseDouble(arguments[3]) : 2;
		Quick quick = new Quick(setup, Duration.ofMillis((long) (seconds * 1000)),
				Duration.ofMillis((long) (setting("WARM", 5) * 1000)), (int) setting("ROUNDS", 3));
		try {
			quick.run(each(arguments[1], Rows::named), each(arguments[2], Bench::load));
		}
		catch (PeerFailedException ex) {
			System.err.println(ex.getMessage());
			System.exit(1);
		}
		System.exit(0);
	}

	private static <T> List<T> each(String text, Function<String, T> item) {
		return Arrays.stream(text.split(",")).map(item).toList();
	}

	private static Load load(String text) {
		String[] parts = text.split("x");
		int bytes = (parts.length > 1) ? Integer.parseInt(parts[1]) : 100;
		return parts[0].equals("stream") ? Load.stream(bytes) : Load.closed(Integer.parseInt(parts[0]), bytes);
	}

	private static double setting(String name, double otherwise) {
		String value = System.getenv(name);
		return (value != null) ? Double.parseDouble(value) : otherwise;
	}

	private static Path javaHome() {
		String chosen = System.getenv("BENCH_JDK");
		Path home = Path.of((chosen != null && !chosen.isEmpty()) ? chosen : System.getProperty("java.home"));
		if (!Files.isExecutable(home.resolve("bin/java"))) {
			throw new IllegalArgumentException("There is no Java at " + home);
		}
		return home;
	}

}

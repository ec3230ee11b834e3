package io.microspring.benchmarks.spring;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.microspring.benchmarks.Probe;

/**
 * How long an application takes from the command to being ready: an empty one with
 * {@code spring-boot-starter} only, and one with our starter and a handler, which then
 * listens and is registered by multicast DNS. Each start is a process of its own.
 */
public final class StartProbe implements Probe {

	static final String READY = "ready to be measured";

	/** What {@code spring-boot-starter} brings. */
	private static final Predicate<String> EMPTY = Pattern
		.compile("spring-(core|context|aop|beans|expression)-\\d.*|spring-boot(-starter|-starter-logging"
				+ "|-autoconfigure)?-\\d.*|micrometer-(commons|observation)-\\d.*|jspecify.*|commons-logging.*|slf4j-api.*"
				+ "|logback.*|log4j-(api|to-slf4j).*|jul-to-slf4j.*|jakarta.annotation-api.*|snakeyaml.*")
		.asMatchPredicate();

	/** What ours brings besides. */
	private static final Predicate<String> MICRO = EMPTY.or(Pattern
		.compile("micro-(core|plugins|spring-boot).*|netty-.*|jackson-(core|databind|annotations)-.*|protobuf-java.*"
				+ "|gson.*|jsr305.*")
		.asMatchPredicate());

	@Override
	public void warm(String variant) throws Exception {
		for (int i = 0; i < 2; i++) {
			measure((row, metric, value) -> {
			});
		}
	}

	@Override
	public void measure(Figures figures) throws Exception {
		boolean emptyFirst = ThreadLocalRandom.current().nextBoolean();
		for (boolean empty : new boolean[] { emptyFirst, !emptyFirst }) {
			if (empty) {
				figures.add("start-empty", "seconds", seconds(EmptyApplication.class, EMPTY));
			}
			else {
				figures.add("start-micro", "seconds", seconds(MicroApplication.class, MICRO));
			}
		}
	}

	private static double seconds(Class<?> application, Predicate<String> wanted) throws IOException {
		long begun = System.nanoTime();
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xmx256m", "-cp", classPath(wanted), application.getName())
			.redirectErrorStream(true)
			.start();
		try (BufferedReader said = new BufferedReader(
				new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
			StringBuilder all = new StringBuilder();
			for (String line = said.readLine(); line != null; line = said.readLine()) {
				if (line.equals(READY)) {
					return (System.nanoTime() - begun) / 1e9;
				}
				all.append(line).append(System.lineSeparator());
			}
			throw new IOException(application.getSimpleName() + " ended before it was ready: " + all);
		}
		finally {
			process.destroyForcibly();
		}
	}

	private static String classPath(Predicate<String> wanted) {
		return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> wanted.test(artifact(Path.of(entry))) || entry.contains("benchmarks"))
			.collect(Collectors.joining(File.pathSeparator));
	}

	/** The name of a jar, or of the module whose classes a folder has. */
	private static String artifact(Path entry) {
		return entry.endsWith(Path.of("target", "classes")) ? entry.getParent().getParent().getFileName().toString()
				: entry.getFileName().toString();
	}

}

package io.microspring.benchmarks.controller;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What figures were found on.
 */
final class Machine {

	/** Jars that say which version of a peer was measured, and on what. */
	private static final Pattern TELLING = Pattern.compile("(netty-common|grpc-core|protobuf-java|armeria|dubbo|"
			+ "bolt|sofa-rpc-all|vertx-core|helidon-webserver|spring-boot|spring-web|tomcat-embed-core|"
			+ "jackson-databind|kafka-clients|micro-core)-\\d.*\\.jar");

	private Machine() {
	}

	static List<String> describe(Setup setup, Plan plan) {
		List<String> lines = new ArrayList<>();
		lines.add("measured " + Instant.now().truncatedTo(ChronoUnit.SECONDS) + ", " + plan.rounds() + " rounds of "
				+ plan.window().toMillis() + " ms after " + plan.ramp().toMillis() + " ms, each row warmed for "
				+ plan.warmUp().toMillis() / 1000 + " s");
		lines.add("machine: " + System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
				+ System.getProperty("os.arch") + ", " + Runtime.getRuntime().availableProcessors() + " cores, "
				+ value(Path.of("/proc/cpuinfo"), "model name") + ", memory "
				+ value(Path.of("/proc/meminfo"), "MemTotal"));
		lines.add("load at the beginning: " + load());
		lines.add("JDK of the processes: " + value(setup.javaHome().resolve("release"), "IMPLEMENTOR") + " "
				+ value(setup.javaHome().resolve("release"), "JAVA_RUNTIME_VERSION") + ", "
				+ String.join(" ", Setup.FLAGS));
		plan.rows()
			.stream()
			.filter((row) -> !row.isProgram())
			.map(Row::module)
			.distinct()
			.forEach((module) -> lines.add(module + ": " + versions(setup, module)));
		return lines;
	}

	/** How many processes wanted to run in the last 1, 5 and 15 minutes. */
	static String load() {
		try {
			String[] averages = Files.readString(Path.of("/proc/loadavg")).split(" ");
			return String.join(" ", Arrays.copyOf(averages, 3));
		}
		catch (IOException ex) {
			return "unknown";
		}
	}

	private static String versions(Setup setup, String module) {
		try {
			return Arrays.stream(setup.classPath(module).split(File.pathSeparator))
				.map((entry) -> Path.of(entry).getFileName().toString())
				.filter((jar) -> TELLING.matcher(jar).matches())
				.map((jar) -> jar.substring(0, jar.length() - ".jar".length()))
				.collect(Collectors.collectingAndThen(Collectors.toCollection(TreeSet::new),
						(jars) -> String.join(", ", jars)));
		}
		catch (IOException ex) {
			return "not built";
		}
	}

	/** The value of a line {@code name : value} or {@code name="value"}. */
	private static String value(Path file, String name) {
		try {
			return Files.readAllLines(file)
				.stream()
				.filter((line) -> line.startsWith(name))
				.map((line) -> line.substring(name.length()).replaceFirst("^\\s*[:=]\\s*", "").replace("\"", ""))
				.findFirst()
				.orElse("");
		}
		catch (IOException ex) {
			return "";
		}
	}

}

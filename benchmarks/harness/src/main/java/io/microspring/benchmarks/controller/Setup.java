package io.microspring.benchmarks.controller;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where things are: the Java that runs the peers, their class paths, and where results
 * go.
 *
 * @param benchmarks the folder {@code benchmarks}
 * @param javaHome the JDK of the peers' processes
 */
record Setup(Path benchmarks, Path javaHome) {

	static final List<String> FLAGS = List.of("-Xmx512m", "-XX:+UseG1GC");

	/**
	 * The command of a worker.
	 * @param row the row it works for
	 * @param arguments the arguments of the worker
	 * @return the command
	 * @throws IOException when the module has not been built
	 */
	List<String> worker(Row row, String... arguments) throws IOException {
		if (row.isProgram()) {
			List<String> program = new ArrayList<>(List.of(arguments));
			program.removeAll(List.of(row.peer(), row.variant()));
			program.add(0, row.module());
			return program;
		}
		List<String> command = new ArrayList<>();
		command.add(this.javaHome.resolve("bin/java").toString());
		command.addAll(FLAGS);
		command.add("-cp");
		command.add(classPath(row.module()));
		command.add("io.microspring.benchmarks.worker.Worker");
		command.addAll(List.of(arguments));
		return command;
	}

	String classPath(String module) throws IOException {
		Path target = this.benchmarks.resolve(module).resolve("target");
		Path file = target.resolve("classpath.txt");
		if (!Files.isRegularFile(file)) {
			throw new IOException("benchmarks/" + module + " is not built: there is no " + file);
		}
		return target.resolve("classes") + File.pathSeparator + Files.readString(file).strip();
	}

	/**
	 * Where a process writes what it has to say.
	 * @param name the name of the process
	 * @return the file
	 * @throws IOException when it cannot be made
	 */
	File log(String name) throws IOException {
		Path folder = Files.createDirectories(this.benchmarks.resolve("target/logs"));
		return folder.resolve(name + ".log").toFile();
	}

}

package io.microspring.test.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Which real servers the tests of a module met: a line each in
 * {@code target/backends.txt} (system property {@code micro.test.backends}), from which a
 * build makes its table. A server that several classes met is there several times.
 */
public final class Backends {

	private Backends() {
	}

	/**
	 * Tests run against a server.
	 * @param name its name
	 * @param version its version
	 */
	public static void run(String name, String version) {
		write("backend " + name + " version=" + version + " run");
	}

	/**
	 * Tests were left out.
	 * @param name the name of the server
	 * @param reason why it is not there
	 */
	public static void skipped(String name, String reason) {
		write("backend " + name + " skipped: " + reason);
	}

	private static void write(String line) {
		Path file = Path.of(System.getProperty("micro.test.backends", "target/backends.txt")).toAbsolutePath();
		try {
			Files.createDirectories(file.getParent());
			Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}

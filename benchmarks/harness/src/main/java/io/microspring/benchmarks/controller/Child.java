package io.microspring.benchmarks.controller;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * A process that takes and answers lines. It ends with this one: its input ends then, and
 * a hook kills it besides.
 */
final class Child implements AutoCloseable {

	private static final String ENDED = "(ended)";

	private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

	static {
		Runtime.getRuntime()
			.addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly), "end-children"));
	}

	private final String name;

	private final File log;

	private final Process process;

	private final PrintStream input;

	private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

	Child(String name, List<String> command, File log) throws IOException {
		this.name = name;
		this.log = log;
		this.process = new ProcessBuilder(command).redirectError(log).start();
		RUNNING.add(this.process);
		this.input = new PrintStream(this.process.getOutputStream(), true, StandardCharsets.UTF_8);
		Thread reader = new Thread(this::read, name + "-lines");
		reader.setDaemon(true);
		reader.start();
	}

	private void read() {
		try (BufferedReader output = this.process.inputReader(StandardCharsets.UTF_8)) {
			String line = output.readLine();
			while (line != null) {
				this.lines.add(line);
				line = output.readLine();
			}
		}
		catch (IOException | UncheckedIOException ex) {
			this.lines.add("failed " + ex.getMessage());
		}
		this.lines.add(ENDED);
	}

	long pid() {
		return this.process.pid();
	}

	/**
	 * Has the process do something, and waits for its first line.
	 * @param command the line to send
	 * @param timeout how long it may take
	 * @return the line that it answered
	 */
	String ask(String command, Duration timeout) {
		this.input.println(command);
		return answer(timeout);
	}

	/**
	 * Waits for a line.
	 * @param timeout how long it may take
	 * @return the line
	 * @throws PeerFailedException when the process says that it failed, ends or is silent
	 */
	String answer(Duration timeout) {
		String line = poll(timeout);
		if (line == null) {
			throw failed("said nothing for " + timeout.toSeconds() + " s", true);
		}
		if (line.equals(ENDED)) {
			this.lines.add(ENDED);
			throw failed("ended", true);
		}
		if (line.startsWith("failed ")) {
			throw failed("failed: " + line.substring("failed ".length()), false);
		}
		return line;
	}

	private @Nullable String poll(Duration timeout) {
		try {
			return this.lines.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw failed("was interrupted", true);
		}
	}

	private PeerFailedException failed(String what, boolean lost) {
		return new PeerFailedException(this.name + " " + what + (lost ? firstLogged() : "") + " (see " + this.log + ")",
				lost);
	}

	private String firstLogged() {
		try {
			List<String> logged = Files.readAllLines(this.log.toPath(), StandardCharsets.UTF_8);
			return logged.stream()
				.filter((line) -> line.contains("Exception") || line.contains("Error"))
				.findFirst()
				.map((line) -> "; it logged: " + line)
				.orElse("");
		}
		catch (IOException | UncheckedIOException ex) {
			return "";
		}
	}

	@Override
	public void close() {
		this.input.close();
		try {
			if (!this.process.waitFor(2, TimeUnit.SECONDS)) {
				this.process.destroyForcibly();
			}
		}
		catch (InterruptedException ex) {
			this.process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
		RUNNING.remove(this.process);
	}

}

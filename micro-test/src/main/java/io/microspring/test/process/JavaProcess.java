package io.microspring.test.process;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import io.microspring.concurrent.Threads;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A program in a JVM of its own, with the class path of the test unless it is given one.
 * What it prints is kept, errors and output as one, and can be waited for; every wait
 * ends after a minute. Thread-safe. Closing it ends the program, as the end of the test's
 * own JVM does.
 */
public final class JavaProcess implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final Duration GRACE = Duration.ofSeconds(10);

	/** Small and soon there: several of them run beside the tests. */
	private static final List<String> JVM = List.of("-Xmx192m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
			"-Djava.net.preferIPv4Stack=true", "-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8");

	private final String name;

	private final Process process;

	private final List<String> lines = new CopyOnWriteArrayList<>();

	private final Thread reader;

	private final Thread hook;

	private JavaProcess(String name, Process process) {
		this.name = name;
		this.process = process;
		this.reader = Threads.start("output of " + name, this::read);
		this.hook = Threads.unstarted("end of " + name, process::destroyForcibly);
		Runtime.getRuntime().addShutdownHook(this.hook);
	}

	/**
	 * Starts a program. Where its class came from stands first on the class path, so that
	 * of several resources of one name it finds its own; {@code MICRO_*} variables of
	 * this process are kept from it.
	 * @param main the class with the main method
	 * @param arguments the arguments
	 * @return the program, started
	 */
	public static JavaProcess start(Class<?> main, String... arguments) {
		return start(List.of(), main, arguments);
	}

	/**
	 * Starts a program with options for its JVM, such as system properties.
	 * @param options the options, beside those that keep it small
	 * @param main the class with the main method
	 * @param arguments the arguments
	 * @return the program, started
	 */
	public static JavaProcess start(List<String> options, Class<?> main, String... arguments) {
		return start(options, classPath(main), main.getName(), arguments);
	}

	/**
	 * Starts a program with a class path of its own, of which nothing is shared with the
	 * test's.
	 * @param classPath the class path
	 * @param main the name of the class with the main method
	 * @param arguments the arguments
	 * @return the program, started
	 */
	public static JavaProcess start(String classPath, String main, String... arguments) {
		return start(List.of(), classPath, main, arguments);
	}

	private static JavaProcess start(List<String> options, String classPath, String main, String... arguments) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(JVM);
		command.addAll(options);
		command.add("-cp");
		command.add(classPath);
		command.add(main);
		Collections.addAll(command, arguments);
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
		builder.environment().keySet().removeIf((variable) -> variable.startsWith("MICRO_"));
		try {
			return new JavaProcess(main.substring(main.lastIndexOf('.') + 1), builder.start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot start " + main, ex);
		}
	}

	/**
	 * The id of the process.
	 * @return the id
	 */
	public long pid() {
		return this.process.pid();
	}

	/**
	 * What it has printed so far.
	 * @return the lines, a copy
	 */
	public List<String> lines() {
		return List.copyOf(this.lines);
	}

	/**
	 * Waits until it has printed a line.
	 * @param regex what is to be found in the line
	 * @return the first such line
	 * @throws AssertionError when it ended, or a minute passed, without such a line;
	 * tells what it printed instead
	 */
	public String awaitLine(String regex) {
		Pattern pattern = Pattern.compile(regex);
		Supplier<Optional<String>> found = () -> this.lines.stream()
			.filter((line) -> pattern.matcher(line).find())
			.findFirst();
		await("line with " + regex, () -> found.get().isPresent() || hasEnded());
		return found.get().orElseThrow(() -> new AssertionError("No line with " + regex + " from " + this));
	}

	/**
	 * Waits until it has ended by itself and all it printed has been read.
	 * @return its exit code
	 * @throws AssertionError when a minute passed before; tells what it printed
	 */
	public int awaitExit() {
		await("end", this::hasEnded);
		return this.process.exitValue();
	}

	/**
	 * Ends it at once, as {@code kill -9} does: it gets no chance to say goodbye.
	 */
	public void kill() {
		this.process.destroyForcibly();
		await("end", this::hasEnded);
	}

	/**
	 * Has it stand still, as {@code kill -STOP} does: its connections stay open, and
	 * nothing is read or answered. Not on Windows.
	 */
	public void pause() {
		signal("STOP");
	}

	/**
	 * Has it go on after {@link #pause()}.
	 */
	public void resume() {
		signal("CONT");
	}

	private void signal(String name) {
		try {
			int code = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).inheritIO().start().waitFor();
			if (code != 0) {
				throw new IllegalStateException("kill -" + name + " ended with " + code + " for " + this);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot send " + name + " to " + this.name, ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Asks it to end, as {@code kill} and Ctrl-C do, and kills it when it does not within
	 * ten seconds. Idempotent.
	 */
	@Override
	public void close() {
		// Process.destroy() would close the output, and the last lines were lost.
		this.process.toHandle().destroy();
		try {
			if (!this.process.waitFor(GRACE.toSeconds(), TimeUnit.SECONDS)) {
				kill();
			}
			Runtime.getRuntime().removeShutdownHook(this.hook);
		}
		catch (InterruptedException ex) {
			this.process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public String toString() {
		return this.name + " (" + pid() + "), which printed:\n" + String.join("\n", this.lines);
	}

	/** Ended, and read to the end. */
	private boolean hasEnded() {
		return !this.reader.isAlive() && !this.process.isAlive();
	}

	private void await(String what, Callable<Boolean> condition) {
		try {
			Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(condition);
		}
		catch (ConditionTimeoutException ex) {
			throw new AssertionError("No " + what + " within " + PATIENCE.toSeconds() + " s of " + this, ex);
		}
	}

	private void read() {
		try (BufferedReader output = this.process.inputReader(StandardCharsets.UTF_8)) {
			output.lines().forEach(this.lines::add);
		}
		catch (IOException | UncheckedIOException expected) {
			// it was killed
		}
	}

	private static String classPath(Class<?> main) {
		try {
			Path own = Path.of(main.getProtectionDomain().getCodeSource().getLocation().toURI());
			return own + File.pathSeparator + System.getProperty("java.class.path");
		}
		catch (URISyntaxException ex) {
			throw new IllegalStateException("Where is " + main.getName() + "?", ex);
		}
	}

}

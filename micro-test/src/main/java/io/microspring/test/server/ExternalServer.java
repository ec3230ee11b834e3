package io.microspring.test.server;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.microspring.concurrent.Threads;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A real server for the tests of one class, as a static field with
 * {@code @RegisterExtension}.
 * <p>
 * It is, in this order: one that runs already, named by the variable or system property
 * {@code CONSUL_ADDRESS} (for {@code consul}); the binary of its name in the cache that
 * {@code .ci/servers.sh} fills, of a version that is known; the one on the path. Where
 * there is none, the class is skipped with the reason, or fails when
 * {@code micro.test.skip-is-failure} is true. What became of it is told by
 * {@link Backends}. A server that needs others has them, on their own, started before it.
 * Not thread-safe.
 */
public final class ExternalServer
		implements TestServer, ExecutionCondition, BeforeAllCallback, AfterAllCallback, AutoCloseable {

	private static final Duration START_TIMEOUT = Duration.ofSeconds(30);

	private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);

	private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+(\\.\\d+)?");

	private final ServerRecipe recipe;

	private final List<ExternalServer> needed;

	private final Map<String, Integer> ports = new TreeMap<>();

	private final @Nullable String given;

	private final @Nullable Path binary;

	private @Nullable Path directory;

	private @Nullable Process process;

	private String version = "unknown";

	/**
	 * A server that is not started yet.
	 * @param recipe how it is run; {@code {name}} stands there for the address of a
	 * server that it needs
	 * @param needed the servers that it needs, which start before it and stop after it,
	 * unless it runs already
	 */
	public ExternalServer(ServerRecipe recipe, ExternalServer... needed) {
		this.recipe = recipe;
		this.needed = List.of(needed);
		this.given = setting(recipe.name().toUpperCase(Locale.ROOT).replace('-', '_') + "_ADDRESS");
		this.binary = (this.given == null) ? find(recipe) : null;
	}

	/**
	 * Skips the class where there is no server, so that each of its tests counts as
	 * skipped.
	 */
	@Override
	public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
		if (context.getTestMethod().isPresent() || isThere() || skipIsFailure()) {
			return ConditionEvaluationResult.enabled(null);
		}
		String reason = missing();
		Backends.skipped(this.recipe.name(), reason);
		return ConditionEvaluationResult.disabled(this.recipe.name() + ": " + reason);
	}

	@Override
	public void beforeAll(ExtensionContext context) {
		open();
		report();
	}

	@Override
	public void afterAll(ExtensionContext context) {
		close();
	}

	/**
	 * Starts it, and those that it needs, for a program that is no test.
	 * @throws IllegalStateException when there is none, or it does not start
	 */
	public void open() {
		if (!isThere()) {
			throw new IllegalStateException(this.recipe.name() + ": " + missing());
		}
		if (this.binary != null) {
			this.needed.forEach(ExternalServer::open);
			try {
				this.version = askVersion(this.binary);
				this.directory = Files.createTempDirectory("micro-" + this.recipe.name());
				startOnFreePorts();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

	/**
	 * Ends it and those that it needs, and deletes what they kept. One that ran already
	 * goes on.
	 */
	@Override
	public void close() {
		if (this.process != null) {
			// What it would put in order is deleted with it.
			kill();
		}
		if (this.directory != null) {
			delete((file) -> true);
		}
		this.needed.forEach(ExternalServer::close);
	}

	@Override
	public String address() {
		return (this.given != null) ? this.given : "127.0.0.1:" + this.ports.get(this.recipe.ports().get(0));
	}

	/**
	 * Where another of its ports is, when it was started here; skips the test otherwise.
	 * @param port the name of the port in the recipe
	 * @return {@code host:port}
	 */
	public String address(String port) {
		requireOurs();
		return "127.0.0.1:" + this.ports.get(port);
	}

	/**
	 * Which version it is.
	 * @return the version, {@code unknown} for a server that ran already
	 */
	public String version() {
		return this.version;
	}

	@Override
	public void start() {
		requireOurs();
		launch();
		try {
			awaitReady();
		}
		catch (ConditionTimeoutException ex) {
			throw new IllegalStateException(
					this.recipe.name() + " did not get ready at " + address() + ":\n" + lastOutput(), ex);
		}
	}

	/**
	 * Asks it to end, and waits until it has.
	 */
	public void stop() {
		requireOurs();
		end(Process::destroy);
	}

	@Override
	public void kill() {
		requireOurs();
		end(Process::destroyForcibly);
	}

	/**
	 * Kills it and starts it again at the same address.
	 */
	public void restart() {
		kill();
		start();
	}

	/**
	 * Kills it, and starts it again at the same address without what it kept.
	 */
	public void restartEmpty() {
		kill();
		Set<String> given = this.recipe.files().keySet();
		delete((file) -> !file.equals(directory()) && !given.contains(directory().relativize(file).toString()));
		start();
	}

	private void delete(Predicate<Path> which) {
		try (Stream<Path> files = Files.walk(directory())) {
			files.sorted(Comparator.reverseOrder()).filter(which).forEach((file) -> file.toFile().delete());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void startOnFreePorts() throws IOException {
		for (int attempt = 1;; attempt++) {
			this.recipe.ports().forEach((port) -> this.ports.put(port, freePort()));
			for (Map.Entry<String, String> file : this.recipe.files().entrySet()) {
				Files.writeString(directory().resolve(file.getKey()), resolve(file.getValue()));
			}
			try {
				start();
				return;
			}
			catch (IllegalStateException ex) {
				// Somebody else may have taken a port in between.
				if (attempt == 3) {
					throw ex;
				}
				kill();
			}
		}
	}

	private void launch() {
		List<String> command = new ArrayList<>();
		command.add(Objects.requireNonNull(this.binary).toString());
		this.recipe.arguments().forEach((argument) -> command.add(resolve(argument)));
		try {
			ProcessBuilder builder = new ProcessBuilder(command).directory(directory().toFile())
				.redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()));
			this.recipe.environment().forEach((name, value) -> builder.environment().put(name, resolve(value)));
			Process started = builder.start();
			this.process = started;
			Runtime.getRuntime()
				.addShutdownHook(Threads.unstarted("stop-" + this.recipe.name(), started::destroyForcibly));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void awaitReady() {
		Process started = Objects.requireNonNull(this.process);
		boolean ready = Awaitility.await(this.recipe.name())
			.atMost(START_TIMEOUT)
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(50))
			.ignoreExceptions()
			.until(() -> !started.isAlive() || this.recipe.ready().test(address()), (done) -> done)
				&& started.isAlive();
		if (!ready) {
			throw new IllegalStateException(this.recipe.name() + " ended when started:\n" + lastOutput());
		}
	}

	private void end(Consumer<Process> how) {
		Process running = this.process;
		if (running == null) {
			return;
		}
		how.accept(running);
		try {
			if (!running.waitFor(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
				running.destroyForcibly().waitFor();
			}
		}
		catch (InterruptedException ex) {
			running.destroyForcibly();
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Skips the test when the server ran already: for tests that change what others would
	 * notice.
	 */
	public void requireOurs() {
		Assumptions.assumeTrue(this.given == null, () -> this.recipe.name() + " was there before: it is not touched");
	}

	private String resolve(String text) {
		String resolved = text.replace("{dir}", directory().toString());
		for (Map.Entry<String, Integer> port : this.ports.entrySet()) {
			resolved = resolved.replace("{" + port.getKey() + "}", String.valueOf(port.getValue()));
		}
		for (ExternalServer server : this.needed) {
			String address = server.address();
			resolved = resolved.replace("{" + server.recipe.name() + "}", address)
				.replace("{" + server.recipe.name() + ".port}", address.substring(address.lastIndexOf(':') + 1));
		}
		return resolved;
	}

	private Path directory() {
		return Objects.requireNonNull(this.directory);
	}

	private Path output() {
		return directory().resolve("output.log");
	}

	private String lastOutput() {
		try {
			List<String> lines = Files.readAllLines(output());
			return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
		}
		catch (IOException ex) {
			return "(no output: " + ex.getMessage() + ")";
		}
	}

	private boolean isThere() {
		return this.given != null || this.binary != null && this.needed.stream().allMatch(ExternalServer::isThere);
	}

	private String missing() {
		for (ExternalServer server : this.needed) {
			if (this.binary != null && !server.isThere()) {
				return server.missing();
			}
		}
		return "no " + this.recipe.name() + " in " + cache() + " (make servers builds it) or on the path";
	}

	private void report() {
		Backends.run(this.recipe.name(), this.version);
		if (this.binary != null) {
			this.needed.forEach(ExternalServer::report);
		}
	}

	private String askVersion(Path program) throws IOException {
		if (this.recipe.versionArguments().isEmpty()) {
			Matcher named = VERSION.matcher(program.toRealPath().toString());
			return named.find() ? named.group() : "unknown";
		}
		List<String> command = new ArrayList<>(List.of(program.toString()));
		command.addAll(this.recipe.versionArguments());
		Process asked = new ProcessBuilder(command).redirectErrorStream(true).start();
		Matcher matcher = VERSION.matcher(new String(asked.getInputStream().readAllBytes()));
		return matcher.find() ? matcher.group() : "unknown";
	}

	private static @Nullable Path find(ServerRecipe recipe) {
		List<Path> places = new ArrayList<>(List.of(cache()));
		recipe.places().forEach((place) -> places.add(Path.of(place)));
		for (String place : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
			places.add(Path.of(place));
		}
		return places.stream()
			.map((place) -> place.resolve(recipe.name()))
			.filter(Files::isExecutable)
			.findFirst()
			.orElse(null);
	}

	private static boolean skipIsFailure() {
		return Boolean.getBoolean("micro.test.skip-is-failure");
	}

	private static Path cache() {
		String home = setting("XDG_CACHE_HOME");
		Path caches = (home != null) ? Path.of(home) : Path.of(System.getProperty("user.home"), ".cache");
		return caches.resolve("micro-spring-boot").resolve("servers");
	}

	private static @Nullable String setting(String name) {
		String value = System.getProperty(name, System.getenv(name));
		return (value == null || value.isBlank()) ? null : value;
	}

	/**
	 * Below the range that systems give to outgoing connections, so that nobody takes the
	 * port while the server restarts.
	 */
	private static int freePort() {
		for (;;) {
			int port = ThreadLocalRandom.current().nextInt(10_000, 32_000);
			try (ServerSocket tcp = new ServerSocket();
					DatagramSocket udp = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
				tcp.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
				return port;
			}
			catch (IOException ignored) {
				// taken: try another
			}
		}
	}

}

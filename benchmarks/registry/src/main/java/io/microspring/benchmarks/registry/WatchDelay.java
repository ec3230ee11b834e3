package io.microspring.benchmarks.registry;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.microspring.plugins.registry.consul.ConsulOptions;
import io.microspring.plugins.registry.consul.ConsulRegistry;
import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;

/**
 * From the beginning of a registration until a watcher in another process is told of it:
 * {@code WatchDelay mdns} or {@code WatchDelay consul HOST:PORT}, with one change at a
 * time. Both processes read the same clock of Linux.
 */
public final class WatchDelay {

	private static final String SERVICE = "greeter";

	/** What a node says of when it was registered. */
	private static final String AT = "at";

	private static final int WARMING = 50;

	private static final int TIMES = 200;

	private WatchDelay() {
	}

	/**
	 * Measures, and prints the median, the 99th percentile and the longest.
	 * @param args the registry, and where it is
	 * @throws Exception when a change is not seen
	 */
	public static void main(String[] args) throws Exception {
		if (args[0].equals("watch")) {
			watch(args);
			return;
		}
		Process watcher = watcher(args);
		try (Registry registry = registry(args, 0);
				BufferedReader told = new BufferedReader(
						new InputStreamReader(watcher.getInputStream(), StandardCharsets.UTF_8))) {
			told.readLine();
			long[] nanos = new long[TIMES];
			for (int i = 0; i < WARMING + TIMES; i++) {
				String at = Long.toString(System.nanoTime());
				registry.register(service(at), Duration.ofMinutes(1));
				nanos[Math.max(0, i - WARMING)] = seen(at, told);
			}
			Arrays.sort(nanos);
			System.out.printf("%s: p50 %.2f ms, p99 %.2f ms, longest %.2f ms%n", args[0], nanos[TIMES / 2] / 1e6,
					nanos[TIMES * 99 / 100] / 1e6, nanos[TIMES - 1] / 1e6);
			registry.deregister(service("0"));
		}
		finally {
			watcher.getOutputStream().close();
			if (!watcher.waitFor(10, TimeUnit.SECONDS)) {
				watcher.destroyForcibly();
			}
		}
	}

	private static Process watcher(String[] args) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
						System.getProperty("java.class.path"), WatchDelay.class.getName(), "watch"));
		command.addAll(Arrays.asList(args));
		return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
	}

	/** The same change may be told more than once. */
	private static long seen(String at, BufferedReader told) throws IOException {
		for (String line = told.readLine(); line != null; line = told.readLine()) {
			if (line.startsWith(at)) {
				return Long.parseLong(line.substring(at.length() + 1));
			}
		}
		throw new IOException("The watcher ended");
	}

	private static Service service(String at) {
		return Service.of(SERVICE, "latest",
				new Node("greeter-1", "127.0.0.1:9090", Map.of("protocol", "mucp", "transport", "http", AT, at)));
	}

	private static Registry registry(String[] args, int first) {
		return switch (args[first]) {
			case "mdns" -> Registry.mdns();
			case "consul" -> new ConsulRegistry(ConsulOptions.defaults().withAddress(args[first + 1]));
			default -> throw new IllegalArgumentException("There is no registry " + args[first] + ", but mdns, consul");
		};
	}

	/** Tells of each change, until its input ends. */
	private static void watch(String[] args) throws IOException {
		try (Registry registry = registry(args, 1)) {
			registry.watch(SERVICE, WatchDelay::tell);
			System.out.println("watching");
			while (System.in.read() >= 0) {
				// whoever started it says nothing
			}
		}
	}

	private static void tell(Change change) {
		long now = System.nanoTime();
		for (Node node : change.service().nodes()) {
			String at = node.metadata().get(AT);
			if (at != null && !at.equals("0") && change.action() != Change.Action.DELETE) {
				System.out.println(at + " " + (now - Long.parseLong(at)));
			}
		}
	}

}

package io.microspring.registry.mdns;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.microspring.registry.MdnsOptions;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;

/**
 * Another process that registers a node, and leaves when its input ends.
 */
final class RegisteringProcess implements AutoCloseable {

	private static final String READY = "registered";

	private final Process process;

	private RegisteringProcess(Process process) {
		this.process = process;
	}

	/** Returns when the node is registered. */
	static RegisteringProcess start(MdnsOptions options, String service, Duration ttl) throws IOException {
		Process process = new ProcessBuilder(new File(System.getProperty("java.home"), "bin/java").getPath(), "-cp",
				System.getProperty("java.class.path"), "-XX:TieredStopAtLevel=1", RegisteringProcess.class.getName(),
				String.valueOf(options.port()), String.valueOf(options.multicast()), service, ttl.toString())
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
		RegisteringProcess registering = new RegisteringProcess(process);
		// Log lines come before it.
		for (String line = process.inputReader().readLine(); line != null; line = process.inputReader().readLine()) {
			if (line.equals(READY)) {
				return registering;
			}
		}
		registering.close();
		throw new IOException("the process did not register");
	}

	/** As {@code kill -9} does. */
	void kill() throws InterruptedException {
		this.process.destroyForcibly();
		this.process.waitFor(10, TimeUnit.SECONDS);
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

	public static void main(String[] args) throws IOException {
		MdnsOptions options = MdnsOptions.defaults()
			.withPort(Integer.parseInt(args[0]))
			.withMulticast(Boolean.parseBoolean(args[1]));
		try (Registry registry = Registry.mdns(options)) {
			registry.register(Service.of(args[2], "latest", Node.of(args[2] + "-1", "127.0.0.1:4711")),
					Duration.parse(args[3]));
			System.out.write((READY + System.lineSeparator()).getBytes(StandardCharsets.US_ASCII));
			System.out.flush();
			if (System.in.read() >= 0) {
				throw new IllegalStateException("nothing was to be read");
			}
		}
	}

}

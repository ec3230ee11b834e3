package io.microspring.plugins.registry.zookeeper;

import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Another process that registers a node once, and leaves when its input ends.
 */
final class RegisteringProcess implements AutoCloseable {

	private final Process process;

	private RegisteringProcess(Process process) {
		this.process = process;
	}

	static RegisteringProcess start(ZooKeeperOptions options, String service) throws IOException {
		return new RegisteringProcess(
				new ProcessBuilder(new File(System.getProperty("java.home"), "bin/java").getPath(), "-cp",
						System.getProperty("java.class.path"), "-XX:TieredStopAtLevel=1",
						RegisteringProcess.class.getName(), options.address(), options.sessionTimeout().toString(),
						service)
					.redirectOutput(ProcessBuilder.Redirect.DISCARD)
					.redirectError(ProcessBuilder.Redirect.INHERIT)
					.start());
	}

	/** Lets it hang, as a long garbage collection does. */
	void pause() throws Exception {
		signal("STOP");
	}

	void resume() throws Exception {
		signal("CONT");
	}

	/** As {@code kill -9} does. */
	void kill() throws Exception {
		this.process.destroyForcibly();
		assertThat(this.process.waitFor(10, TimeUnit.SECONDS)).isTrue();
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

	private void signal(String name) throws Exception {
		Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(this.process.pid())).start();
		assertThat(kill.waitFor()).isZero();
	}

	public static void main(String[] args) throws IOException {
		ZooKeeperOptions options = ZooKeeperOptions.defaults()
			.withAddress(args[0])
			.withSessionTimeout(Duration.parse(args[1]));
		try (Registry registry = new ZooKeeperRegistry(options)) {
			registry.register(Service.of(args[2], "latest", Node.of(args[2] + "-1", "127.0.0.1:4711")),
					Duration.ofMinutes(1));
			if (System.in.read() >= 0) {
				throw new IllegalStateException("nothing was to be read");
			}
		}
	}

}

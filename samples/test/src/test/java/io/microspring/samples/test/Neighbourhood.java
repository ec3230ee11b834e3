package io.microspring.samples.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

import io.microspring.registry.MdnsOptions;
import io.microspring.registry.Registry;
import io.microspring.test.process.JavaProcess;

import static org.awaitility.Awaitility.await;

/** Samples that find each other and nobody else. */
final class Neighbourhood implements AutoCloseable {

	private final String domain = "samples-" + UUID.randomUUID();

	private final Registry registry = Registry.mdns(MdnsOptions.defaults().withDomain(this.domain));

	private final List<JavaProcess> processes = new ArrayList<>();

	/** What this process sees of the others. */
	Registry registry() {
		return this.registry;
	}

	JavaProcess start(Class<?> main, String... arguments) {
		List<String> all = new ArrayList<>(Arrays.asList(arguments));
		all.add("--micro.registry.mdns.domain=" + this.domain);
		all.add("--micro.server.address=127.0.0.1:0");
		if (!all.contains("--server.port=0")) {
			// The class path is that of all samples, and the greeter brings a web server.
			all.add("--spring.main.web-application-type=none");
		}
		JavaProcess process = JavaProcess.start(main, all.toArray(new String[0]));
		this.processes.add(process);
		return process;
	}

	JavaProcess startService(String name, Class<?> main, String... arguments) {
		JavaProcess process = start(main, arguments);
		await().atMost(Duration.ofMinutes(1)).until(() -> !this.registry.get(name).isEmpty());
		return process;
	}

	@Override
	public void close() {
		this.processes.forEach(JavaProcess::close);
		this.registry.close();
	}

}

package io.microspring.benchmarks.broker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/**
 * Kafka in a process of its own, which ends with its input.
 *
 * @param process the process
 * @param address where it listens
 */
record KafkaProcess(Process process, String address) implements AutoCloseable {

	private static final String READY = "kafka at ";

	static KafkaProcess start() throws IOException {
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xmx512m", "-cp", System.getProperty("java.class.path"), KafkaProcess.class.getName())
			.redirectError(ProcessBuilder.Redirect.DISCARD)
			.start();
		BufferedReader said = new BufferedReader(
				new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
		for (String line = said.readLine(); line != null; line = said.readLine()) {
			if (line.startsWith(READY)) {
				return new KafkaProcess(process, line.substring(READY.length()));
			}
		}
		throw new IOException("Kafka ended before it listened");
	}

	@Override
	public void close() throws IOException, InterruptedException {
		this.process.getOutputStream().close();
		if (!this.process.waitFor(10, TimeUnit.SECONDS)) {
			this.process.destroyForcibly();
		}
	}

	public static void main(String[] args) throws IOException {
		EmbeddedKafkaKraftBroker broker = new EmbeddedKafkaKraftBroker(1, 3);
		broker.brokerProperties(Map.of("num.partitions", "3", "group.initial.rebalance.delay.ms", "0"));
		broker.afterPropertiesSet();
		System.out.println(READY + broker.getBrokersAsString());
		while (System.in.read() >= 0) {
			// whoever started it says nothing
		}
		Runtime.getRuntime().halt(0);
	}

}

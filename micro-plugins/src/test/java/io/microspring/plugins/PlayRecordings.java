package io.microspring.plugins;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.microspring.plugins.registry.consul.ConsulOptions;
import io.microspring.plugins.registry.consul.ConsulRegistry;
import io.microspring.test.recording.ConsulFamily;
import io.microspring.test.recording.Family;
import io.microspring.test.recording.Main;

/** {@code make vectors}: the player on the command line, with the families of plugins. */
final class PlayRecordings {

	private PlayRecordings() {
	}

	public static void main(String[] args) {
		List<Family> families = new ArrayList<>(Family.all());
		families.add(new ConsulFamily((address) -> new ConsulRegistry(ConsulOptions.defaults().withAddress(address))));
		System.exit(Main.run(args, families, new PrintWriter(System.out, true, StandardCharsets.UTF_8)));
	}

}

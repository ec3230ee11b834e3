package io.microspring.samples.heartbeat;

import io.microspring.registry.Registry;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/**
 * Stays in the registry as long as it lives, and prints who comes and goes.
 */
@SpringBootApplication
public class HeartbeatApplication {

	public static void main(String[] args) {
		SpringApplication.run(HeartbeatApplication.class, args);
	}

	@Bean
	Registry.Watcher neighbours(Registry registry) {
		return registry.watch("heartbeat",
				(change) -> change.service()
					.nodes()
					.forEach((node) -> System.out.println(change.action() + " " + node.id())));
	}

}

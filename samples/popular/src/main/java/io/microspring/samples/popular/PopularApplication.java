package io.microspring.samples.popular;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Starts the service.
 */
@SpringBootApplication
public class PopularApplication {

	public static void main(String[] args) {
		SpringApplication.run(PopularApplication.class, args);
	}

}

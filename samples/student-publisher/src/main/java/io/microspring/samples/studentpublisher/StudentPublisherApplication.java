package io.microspring.samples.studentpublisher;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;

/**
 * Starts the publisher.
 */
@SpringBootApplication
@EnableScheduling
public class StudentPublisherApplication {

	public static void main(String[] args) {
		SpringApplication.run(StudentPublisherApplication.class, args);
	}

}

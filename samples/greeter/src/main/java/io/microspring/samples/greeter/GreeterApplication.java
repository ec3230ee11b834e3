package io.microspring.samples.greeter;

import io.microspring.server.Server;

import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Starts the greeter, and says what to try next.
 */
@SpringBootApplication
public class GreeterApplication {

	public static void main(String[] args) {
		SpringApplication.run(GreeterApplication.class, args);
	}

	@Bean
	ApplicationRunner whatToTry(Server server, Environment environment) {
		return (args) -> System.out.printf("""

				The greeter is up. In another terminal, try
				  curl -d '{"name":"John"}' -H 'Content-Type: application/json' localhost:%1$s/Say/Hello
				  mvn -pl samples/greeter-client -am spring-boot:run
				  curl localhost:%2$s/actuator/{health,micro,microservices,prometheus}
				or in a browser http://localhost:%2$s/, which calls on WebSockets
				%n""", server.address().replaceFirst(".*:", ""), environment.getProperty("local.server.port"));
	}

}

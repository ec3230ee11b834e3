package io.microspring.docs;

import io.microspring.annotation.MicroHandler;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class GreeterApplication {

	public static void main(String[] args) {
		SpringApplication.run(GreeterApplication.class, args);
	}

	record Name(String name) {
	}

	record Greeting(String msg) {
	}

	@MicroHandler
	static class Say {

		public Greeting hello(Name in) {
			return new Greeting("Hello " + in.name());
		}

	}

}

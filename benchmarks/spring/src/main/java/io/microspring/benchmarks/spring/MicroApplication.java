package io.microspring.benchmarks.spring;

import io.microspring.annotation.MicroHandler;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/**
 * An application with one handler.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(MicroApplication.Say.class)
class MicroApplication {

	public static void main(String[] args) throws Exception {
		SpringApplication application = new SpringApplication(MicroApplication.class);
		application.run("--spring.application.name=greeter", "--micro.server.address=127.0.0.1:0");
		System.out.println(StartProbe.READY);
		System.in.read();
	}

	@MicroHandler
	public static class Say {

		public Greeting hello(Greeting greeting) {
			return new Greeting("Hello " + greeting.text());
		}

	}

	/**
	 * What is sent and answered.
	 *
	 * @param text the text
	 */
	public record Greeting(String text) {
	}

}

package io.microspring.benchmarks.spring;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

/**
 * An application that does nothing.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class EmptyApplication {

	public static void main(String[] args) throws Exception {
		SpringApplication.run(EmptyApplication.class, args);
		System.out.println(StartProbe.READY);
		System.in.read();
	}

}

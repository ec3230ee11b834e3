package io.microspring.samples.popularclient;

import io.microspring.samples.popular.proto.Request;

import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/**
 * Pings, and prints the answer.
 */
@SpringBootApplication
public class PopularClientApplication {

	public static void main(String[] args) {
		SpringApplication.run(PopularClientApplication.class, args);
	}

	@Bean
	ApplicationRunner ping(Popular popular) {
		return (args) -> System.out.println(popular.ping(Request.newBuilder().setName("winyh").build()).getMsg());
	}

}

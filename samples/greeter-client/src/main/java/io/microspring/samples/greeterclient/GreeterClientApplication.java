package io.microspring.samples.greeterclient;

import io.microspring.call.Stream;
import io.microspring.client.Client;
import io.microspring.registry.Registry;
import io.microspring.samples.greeter.proto.Request;
import io.microspring.samples.greeter.proto.Response;
import io.microspring.samples.greeter.proto.StreamRequest;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/**
 * Calls the greeter by its interface, by name, and as a stream. {@code --service=name}
 * calls another service.
 */
@SpringBootApplication
public class GreeterClientApplication {

	public static void main(String[] args) {
		SpringApplication.run(GreeterClientApplication.class, args);
	}

	@Bean
	ApplicationRunner greet(Say say, Client client, Registry registry,
			@Value("${service:go.micro.srv.greeter}") String service) {
		return (args) -> {
			Discovery.await(registry, service);

			Request john = Request.newBuilder().setName("John").build();
			System.out.println("typed:   " + say.hello(john).getMsg());

			io.microspring.client.Request call = io.microspring.client.Request.of(service, "Say.Hello", john);
			System.out.println("generic: " + client.call(call, Response.class).getMsg());

			StreamRequest thrice = StreamRequest.newBuilder().setName("John").setCount(3).build();
			try (Stream<StreamRequest, Response> stream = say.stream(thrice)) {
				stream.received().forEach((response) -> System.out.println("stream:  " + response.getMsg()));
			}
		};
	}

}

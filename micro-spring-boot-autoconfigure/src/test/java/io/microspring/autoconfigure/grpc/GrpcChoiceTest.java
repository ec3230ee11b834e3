package io.microspring.autoconfigure.grpc;

import io.microspring.annotation.MicroClient;
import io.microspring.annotation.MicroHandler;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.call.MicroEndpoint;
import io.microspring.client.Client;
import io.microspring.client.ClientOptions;
import io.microspring.client.Request;
import io.microspring.registry.Registry;
import io.microspring.server.Call;
import io.microspring.server.wire.health.HealthCheckRequest;
import io.microspring.server.wire.health.HealthCheckResponse;
import io.microspring.server.wire.health.HealthCheckResponse.ServingStatus;
import io.microspring.service.MicroService;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How an application chooses gRPC: by a property for all calls, by an annotation for one
 * service, or by the transport.
 */
class GrpcChoiceTest {

	private final ApplicationContextRunner runner = MicroRunner.memory()
		.withUserConfiguration(Application.class)
		.withPropertyValues("micro.transport.type=http", "micro.server.address=127.0.0.1:0");

	@Test
	void propertyMakesAllCallsGrpc() {
		this.runner.withPropertyValues("micro.client.type=grpc").run((context) -> {
			assertThat(hello(context)).isEqualTo("Hello John by application/grpc+json");
			assertThat(context.getBean(Registry.class).get("greeter").get(0).nodes().get(0).metadata())
				.containsEntry("protocol", "mucp")
				.containsEntry("server", "mucp");
		});
	}

	@Test
	void callsAreMucpWhereNobodyAsksForMore() {
		this.runner.run((context) -> {
			assertThat(hello(context)).isEqualTo("Hello John by application/json");
			assertThat(context.getBean(ClientOptions.class).calls().protocol()).isEqualTo("auto");
		});
	}

	@Test
	void callsMayTravelOnTheGrpcTransport() {
		this.runner.withPropertyValues("micro.transport.type=grpc").run((context) -> {
			assertThat(hello(context)).isEqualTo("Hello John by application/json");
			assertThat(context.getBean(Registry.class).get("greeter").get(0).nodes().get(0).metadata())
				.containsEntry("protocol", "mucp")
				.containsEntry("transport", "grpc");
		});
	}

	@Test
	void interfaceNamesAServiceOfGrpcAndItsAddress() {
		try (MicroService stock = MicroService.named("stock")
			.address("127.0.0.1:0")
			.registry(Registry.memory())
			.handle(new Say())
			.build()) {
			stock.start();
			this.runner.withPropertyValues("health.address=" + stock.server().address())
				.run((context) -> assertThat(
						context.getBean(Health.class).check(HealthCheckRequest.getDefaultInstance()).getStatus())
					.isEqualTo(ServingStatus.SERVING));
		}
	}

	@Test
	void protocolThatIsNotThereIsRefused() {
		this.runner.withPropertyValues("micro.client.type=soap")
			.run((context) -> assertThat(context).getFailure()
				.hasRootCauseInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasStackTraceContaining("there are auto, mucp and grpc"));
	}

	private static String hello(ApplicationContext context) {
		return context.getBean(Client.class).call(Request.of("greeter", "Say.Hello", "John"), String.class);
	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage
	@Import(Say.class)
	static class Application {

	}

	@MicroHandler
	static class Say {

		public String hello(String name, Call call) {
			return "Hello " + name + " by " + call.metadata().getOrDefault("content-type", "nothing");
		}

	}

	/** Of a server that is in no registry. */
	@MicroClient(service = "health", address = "${health.address}", protocol = "grpc")
	@MicroEndpoint(name = "grpc.health.v1.Health")
	interface Health {

		HealthCheckResponse check(HealthCheckRequest request);

	}

}

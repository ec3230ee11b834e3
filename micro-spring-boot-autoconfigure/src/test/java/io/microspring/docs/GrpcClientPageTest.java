package io.microspring.docs;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import io.microspring.annotation.MicroClient;
import io.microspring.call.MicroEndpoint;
import io.microspring.call.Stream;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.registry.Registry;
import io.microspring.server.wire.health.HealthCheckRequest;
import io.microspring.server.wire.health.HealthCheckResponse;
import io.microspring.server.wire.health.HealthCheckResponse.ServingStatus;
import io.microspring.server.wire.health.HealthOuterClass;
import io.microspring.service.MicroService;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The Java of the page on calling gRPC, run.
 */
class GrpcClientPageTest {

	@Test
	void grpcClientPage() {
		try (MicroService service = MicroService.named("served")
			.address("127.0.0.1:0")
			.registry(Registry.memory())
			.handle(new Say())
			.build()) {
			service.start();
			Client client = service.client();
			String address = service.server().address();

			Health health = client.proxy("health", Health.class, CallOptions.defaults().withAddress(address));
			assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
				.isEqualTo(ServingStatus.SERVING);
			try (Stream<Void, HealthCheckResponse> watch = health.watch(HealthCheckRequest.getDefaultInstance())) {
				assertThat(watch.receive().getStatus()).isEqualTo(ServingStatus.SERVING);
			}

			MethodDescriptor check = HealthOuterClass.getDescriptor()
				.findServiceByName("Health")
				.findMethodByName("Check");
			DynamicMessage question = DynamicMessage.newBuilder(check.getInputType()).build();
			DynamicMessage answer = client.call(Request.of("health", check, question), DynamicMessage.class,
					CallOptions.defaults().withAddress(address));
			assertThat(answer.getAllFields()).hasSize(1);

			String greeting = client.call(Request.of("served", "Say.Hello", "John"), String.class,
					CallOptions.defaults().withProtocol("grpc"));
			assertThat(greeting).isEqualTo("Hello John");
		}
	}

	@MicroEndpoint(name = "grpc.health.v1.Health")
	interface Health {

		HealthCheckResponse check(HealthCheckRequest request);

		Stream<Void, HealthCheckResponse> watch(HealthCheckRequest request);

	}

	@MicroClient(service = "health", address = "${health.address}")
	@MicroEndpoint(name = "grpc.health.v1.Health")
	interface HealthBean {

		HealthCheckResponse check(HealthCheckRequest request);

	}

	static class Say {

		public String hello(String name) {
			return "Hello " + name;
		}

	}

}

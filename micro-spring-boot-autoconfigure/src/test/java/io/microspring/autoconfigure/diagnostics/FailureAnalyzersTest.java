package io.microspring.autoconfigure.diagnostics;

import java.net.InetAddress;
import java.net.ServerSocket;

import io.microspring.annotation.MicroHandler;
import io.microspring.annotation.MicroSubscriber;
import io.microspring.broker.AckMode;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.client.Client;
import io.microspring.registry.Registry;
import io.microspring.server.Handler;
import io.microspring.service.Plugin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * What the application prints when it cannot start.
 */
@ExtendWith(OutputCaptureExtension.class)
class FailureAnalyzersTest {

	@Test
	void aMissingDriverPrintsTheDependency(CapturedOutput output) {
		fail(NeedsDriver.class, "--micro.registry.type=own");
		assertThat(output).contains("""
				Description:

				The registry 'own' needs org.example:own-driver:1.2 on the class path.

				Action:

				Add it to the dependencies of the application:

				    <dependency>
				        <groupId>org.example</groupId>
				        <artifactId>own-driver</artifactId>
				        <version>1.2</version>
				    </dependency>

				or choose another registry by micro.registry.type.
				""");
	}

	@Test
	void anUnknownTypeListsTheKnownOnes(CapturedOutput output) {
		fail(Application.class, "--micro.broker.type=pigeon");
		assertThat(output).contains(
				"""
						Description:

						There is no broker "pigeon".

						Action:

						Set micro.broker.type to one of these: http, memory, googlepubsub, jms, kafka, mqtt, nats, nsq, rabbitmq, redis. A bean of type Plugin adds another.
						""");
	}

	@Test
	void aPortThatIsTakenNamesAddressAndProperty(CapturedOutput output) throws Exception {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			String address = "127.0.0.1:" + taken.getLocalPort();
			fail(Application.class, "--micro.server.address=" + address);
			assertThat(output).contains("The address of the server is not to be had")
				.contains(address)
				.contains("set micro.server.address to another address");
		}
	}

	@Test
	void whatABrokerCannotDoIsNamed(CapturedOutput output) {
		fail(Manual.class, "--micro.broker.type=http");
		assertThat(output).contains("broker http has no redelivery, so it cannot give news acknowledgement by hand")
			.contains("choose a broker that can by micro.broker.type");
	}

	@Test
	void aBrokerThatCannotBeReachedIsNamedWithItsProperty(CapturedOutput output) {
		fail(Unheard.class, "--micro.broker.named.audit.type=nats", "--micro.broker.named.audit.address=127.0.0.1:1");
		assertThat(output).contains("The broker cannot be reached: nats at 127.0.0.1:1")
			.contains("Start it, or correct micro.broker.named.audit.address.");
	}

	@Test
	void aBrokerThatDoesNotLetTheApplicationInIsTold(CapturedOutput output) {
		fail(Denied.class, "--micro.broker.type=strict");
		assertThat(output).contains("The broker does not let the application in: strict at gate:1 says no")
			.contains("Correct the credentials")
			.contains("those of micro.broker.strict.*");
	}

	@Test
	void twoHandlersOfOneNameAreNamed(CapturedOutput output) {
		fail(TwoOfOneName.class);
		assertThat(output).contains("Two handlers are called Say")
			.contains("Give one of them another name, such as @MicroHandler(name = \"Other\")");
	}

	@Test
	void anUnsupportedSignatureListsTheSupportedOnes(CapturedOutput output) {
		fail(Unsupported.class);
		assertThat(output)
			.contains("A method has a signature that is not supported: public int " + Adder.class.getTypeName()
					+ ".add(int,int)")
			.contains("R m(T)")
			.contains("Flow.Publisher<R> m(T)");
	}

	@Test
	void anUnsupportedSignatureOfAClientListsTheSupportedOnes(CapturedOutput output) {
		fail(UnsupportedClient.class);
		assertThat(output)
			.contains("A method has a signature that is not supported: public abstract int "
					+ AdderClient.class.getTypeName() + ".add(int,int)")
			.contains("a method of a client is one of");
	}

	@Test
	void aRegistryThatIsInsistedOnIsNamed(CapturedOutput output) {
		fail(Unreachable.class, "--micro.registry.type=gone", "--micro.registry.fail-fast=true");
		assertThat(output).contains("The registry cannot be reached: nobody at gone:1")
			.contains("correct micro.registry.address, or set micro.registry.fail-fast to false");
	}

	@Test
	void aRegistryThatIsNotInsistedOnDoesNotKeepTheApplicationDown() {
		application(Unreachable.class).run("--micro.registry.type=gone", "--micro.registry.fail-fast=false").close();
	}

	@Test
	void aFlagThatMakesNoSenseIsNamed(CapturedOutput output) {
		fail(Application.class, "--client_retries=many");
		assertThat(output).contains("The flag --client_retries is 'many': it wants a number from 0 on.")
			.contains("Correct it, or use the property of Spring instead.");
	}

	private static void fail(Class<?> configuration, String... arguments) {
		assertThatException().isThrownBy(() -> application(configuration).run(arguments));
	}

	private static SpringApplicationBuilder application(Class<?> configuration) {
		return new SpringApplicationBuilder(configuration).web(WebApplicationType.NONE)
			.properties("micro.registry.type=memory", "micro.broker.type=memory", "micro.server.address=127.0.0.1:0",
					"micro.server.enabled=true", "micro.server.shutdown.deregister-delay=0");
	}

	@Configuration(proxyBeanMethods = false)
	@Import(Application.class)
	static class Unheard {

		@MicroSubscriber(topic = "news", broker = "audit")
		public void onNews(Event event) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Application.class)
	static class Denied {

		@Bean
		Plugin strict() {
			return Plugin.broker("strict", (address, registry) -> {
				throw BrokerException.denied("strict at gate:1 says no", null);
			});
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Application.class)
	static class Manual {

		@MicroSubscriber(topic = "news", ack = AckMode.MANUAL)
		public void onNews(Event event) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Application.class)
	static class NeedsDriver {

		@Bean
		Plugin own() {
			return Plugin.registry("own", (address) -> Registry.memory())
				.needing("org.example.Driver", "org.example:own-driver:1.2");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Application.class)
	static class TwoOfOneName {

		@Bean
		Handler one() {
			return Handler.named("Say").build();
		}

		@Bean
		Handler two() {
			return Handler.named("Say").build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Application.class, Adder.class })
	static class Unsupported {

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Application.class)
	static class UnsupportedClient {

		@Bean
		AdderClient adder(Client client) {
			return client.proxy("adder", AdderClient.class);
		}

	}

	interface AdderClient {

		int add(int a, int b);

	}

	@MicroHandler
	static class Adder {

		public int add(int a, int b) {
			return a + b;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Application.class)
	static class Unreachable {

		@Bean
		Plugin gone() {
			return Plugin.registry("gone", (address) -> new GoneRegistry());
		}

	}

}

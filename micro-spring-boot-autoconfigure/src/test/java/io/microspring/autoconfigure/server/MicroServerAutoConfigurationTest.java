package io.microspring.autoconfigure.server;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.annotation.MicroHandler;
import io.microspring.annotation.MicroSubscriber;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.call.MicroEndpoint;
import io.microspring.call.UnsupportedSignatureException;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.errors.MicroException;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.server.DuplicateHandlerException;
import io.microspring.server.EndpointHandler;
import io.microspring.server.GrpcOptions;
import io.microspring.server.Handler;
import io.microspring.server.HandlerInterceptor;
import io.microspring.server.MicroExceptionHandler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.server.Subscriber;
import org.aopalliance.intercept.MethodInterceptor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What an application serves, and how its server comes and goes.
 */
class MicroServerAutoConfigurationTest {

	private final ApplicationContextRunner runner = MicroRunner.memory();

	@Test
	void aHandlerIsServedAndRegistered() {
		this.runner.withUserConfiguration(Say.class).run((context) -> {
			Service service = context.getBean(Server.class).service();
			assertThat(service.name()).isEqualTo("greeter");
			assertThat(service.endpoints()).extracting("name").containsExactly("Say.Hello", "Say.Later");
			assertThat(context.getBean(Registry.class).get("greeter")).singleElement()
				.satisfies((found) -> assertThat(found.nodes()).hasSize(1));
			assertThat(hello(context.getBean(Client.class), "Say.Hello")).isEqualTo("Hello John");
			assertThat(hello(context.getBean(Client.class), "Say.Later")).isEqualTo("Later John");
		});
	}

	@Test
	void withoutHandlersThereIsNothingToServe() {
		this.runner.run((context) -> {
			assertThat(context.getBean(Server.class).stats().running()).isFalse();
			assertThat(context.getBean(Registry.class).get("greeter")).isEmpty();
		});
	}

	@Test
	void whenEnabledExplicitlyThenAnEmptyServerListens() {
		this.runner.withPropertyValues("micro.server.enabled=true").run((context) -> {
			assertThat(context.getBean(Server.class).stats().running()).isTrue();
			assertThat(context.getBean(Registry.class).get("greeter")).hasSize(1);
		});
	}

	@Test
	void theServerIsAsThePropertiesSay() {
		this.runner.withUserConfiguration(Say.class)
			.withPropertyValues("micro.server.name=other", "micro.server.version=1.2", "micro.server.id=one",
					"micro.server.advertise=10.0.0.1:9999", "micro.server.metadata.zone=a")
			.run((context) -> {
				Service service = context.getBean(Server.class).service();
				assertThat(service.name()).isEqualTo("other");
				assertThat(service.version()).isEqualTo("1.2");
				assertThat(service.nodes().get(0).id()).isEqualTo("other-one");
				assertThat(service.nodes().get(0).address()).isEqualTo("10.0.0.1:9999");
				assertThat(service.nodes().get(0).metadata()).containsEntry("zone", "a");
			});
	}

	@Test
	void grpcIsOfferedWhatThePropertiesSay() {
		this.runner.withUserConfiguration(Say.class)
			.run((context) -> assertThat(context.getBean(ServerOptions.class).grpc())
				.isEqualTo(GrpcOptions.defaults()));
		this.runner.withUserConfiguration(Say.class)
			.withPropertyValues("micro.server.grpc.health=false", "micro.server.grpc.reflection=false",
					"micro.server.grpc.compression=true")
			.run((context) -> assertThat(context.getBean(ServerOptions.class).grpc())
				.isEqualTo(new GrpcOptions(false, false, true)));
	}

	@Test
	void aHandlerHasTheNameItIsGiven() {
		this.runner.withUserConfiguration(Named.class).withPropertyValues("handler.name=Greeter").run((context) -> {
			Handler handler = context.getBean(Server.class).handlers().get(0);
			assertThat(handler.name()).isEqualTo("Greeter");
			assertThat(handler.endpoints()).extracting(EndpointHandler::executor)
				.containsExactlyInAnyOrder(ExecutorMode.POOL, ExecutorMode.DIRECT);
		});
	}

	@Test
	void methodsThatTheContainerCallsAreNoEndpoints() {
		this.runner.withUserConfiguration(Callbacks.class)
			.run((context) -> assertThat(context.getBean(Server.class).handlers().get(0).endpoints())
				.extracting(EndpointHandler::name)
				.containsExactly("Hello"));
	}

	@Test
	void aClassProxyIsServedUnderTheNameOfItsClass() {
		this.runner.withUserConfiguration(ClassProxy.class)
			.run((context) -> assertThat(hello(context.getBean(Client.class), "Say.Hello"))
				.isEqualTo("Hello John, intercepted"));
	}

	@Test
	void anInterfaceProxyIsServedByItsInterface() {
		this.runner.withUserConfiguration(InterfaceProxy.class).run((context) -> {
			assertThat(context.getBean(Server.class).service().endpoints()).extracting("name")
				.containsExactly("Greetings.Hello");
			assertThat(hello(context.getBean(Client.class), "Greetings.Hello")).isEqualTo("Hello John, intercepted");
		});
	}

	@Test
	void handlerBeansAreServed() {
		this.runner.withUserConfiguration(Beans.class)
			.run((context) -> assertThat(hello(context.getBean(Client.class), "Written.Hello")).isEqualTo("by hand"));
	}

	@Test
	void subscriberMethodsOfAnyBeanReceive() {
		this.runner.withUserConfiguration(Listening.class).withPropertyValues("topic=news").run((context) -> {
			context.getBean(Client.class).publish("news", new Greeting("John"));
			context.getBean(Client.class).publish("other", new Greeting("Jane"));
			Listening listening = context.getBean(Listening.class);
			Awaitility.await()
				.untilAsserted(() -> assertThat(listening.received).containsExactlyInAnyOrder("John", "bean Jane"));
			assertThat(context.getBean(Server.class).service().endpoints()).extracting("name")
				.contains("Listening.OnNews");
		});
	}

	@Test
	void twoHandlersOfOneNameAreRefused() {
		this.runner.withUserConfiguration(Say.class)
			.withBean(Handler.class, () -> Handler.of("Say", new Say()))
			.run((context) -> assertThat(context).getFailure().isInstanceOf(DuplicateHandlerException.class));
	}

	@Test
	void aSignatureThatCannotBeServedIsRefused() {
		this.runner.withUserConfiguration(Wrong.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(UnsupportedSignatureException.class)
				.hasMessageContaining("add"));
	}

	@Test
	void interceptorsAreCalledInTheirOrderAndExceptionsMapped() {
		this.runner.withUserConfiguration(Intercepted.class).run((context) -> {
			Client client = context.getBean(Client.class);
			assertThatExceptionOfType(MicroException.class).isThrownBy(() -> hello(client, "Failing.Hello"))
				.satisfies((error) -> assertThat(error.code()).isEqualTo(409));
			assertThat(context.getBean(Intercepted.class).order).containsExactly("first", "second");
		});
	}

	@Test
	void customizersHaveTheLastWord() {
		this.runner.withUserConfiguration(Say.class)
			.withBean(MicroServerCustomizer.class,
					() -> (builder) -> builder.intercept((next) -> (call) -> new Greeting("customized")))
			.run((context) -> assertThat(hello(context.getBean(Client.class), "Say.Hello")).isEqualTo("customized"));
	}

	@Test
	void theServerComesAndGoesInOrder() {
		List<String> events = new CopyOnWriteArrayList<>();
		Registry registry = Registry.memory();
		this.runner.withUserConfiguration(Say.class)
			.withBean(Events.class, () -> new Events(events, registry))
			.withBean(Registry.class, () -> registry)
			.run((context) -> assertThat(events).containsExactly("started, registered: false",
					"registered, registered: true"));
		assertThat(events).containsExactly("started, registered: false", "registered, registered: true",
				"REFUSING_TRAFFIC, registered: true", "deregistered, registered: false");
	}

	@Test
	void theProcessStaysAliveWhileTheServerRuns() {
		this.runner.withUserConfiguration(Say.class)
			.run((context) -> assertThat(keepAlive()).isNotEmpty().allMatch((thread) -> !thread.isDaemon()));
	}

	private static List<Thread> keepAlive() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("micro-keep-alive"))
			.toList();
	}

	private static String hello(Client client, String endpoint) {
		return client.call(Request.of("greeter", endpoint, new Greeting("John")), Greeting.class).text();
	}

	record Greeting(String text) {

	}

	@MicroHandler
	static class Say {

		public Greeting hello(Greeting in) {
			return new Greeting("Hello " + in.text());
		}

		public CompletionStage<Greeting> later(Greeting in) {
			return CompletableFuture.completedFuture(new Greeting("Later " + in.text()));
		}

		@MicroEndpoint(exposed = false)
		public void hidden(String one, String two) {
			throw new IllegalStateException("hidden");
		}

	}

	@MicroHandler(name = "${handler.name}", executor = ExecutorMode.POOL)
	static class Named {

		public Greeting hello(Greeting in) {
			return in;
		}

		@MicroEndpoint(executor = ExecutorMode.DIRECT)
		public Greeting fast(Greeting in) {
			return in;
		}

	}

	@MicroHandler
	static class Callbacks implements InitializingBean, AutoCloseable {

		public Greeting hello(Greeting in) {
			return in;
		}

		@Override
		public void afterPropertiesSet() {
		}

		@Override
		public void close() {
		}

		@EventListener
		public void on(MicroRegisteredEvent event) {
		}

		@MicroSubscriber(topic = "news")
		public void onNews(Greeting news) {
		}

	}

	@MicroHandler
	static class Wrong {

		public int add(int a, int b) {
			return a + b;
		}

	}

	@MicroHandler
	interface Greetings {

		Greeting hello(Greeting in);

	}

	static class GreetingsImpl implements Greetings {

		@Override
		public Greeting hello(Greeting in) {
			return new Greeting("Hello " + in.text());
		}

		public void notInTheInterface(String one, String two) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ClassProxy {

		@Bean
		Say say() {
			return (Say) proxy(new Say(), true);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class InterfaceProxy {

		@Bean
		Greetings greetings() {
			return (Greetings) proxy(new GreetingsImpl(), false);
		}

	}

	private static Object proxy(Object target, boolean ofClass) {
		ProxyFactory factory = new ProxyFactory(target);
		factory.setProxyTargetClass(ofClass);
		factory.addAdvice((MethodInterceptor) (invocation) -> new Greeting(
				((Greeting) invocation.proceed()).text() + ", intercepted"));
		return factory.getProxy();
	}

	@Configuration(proxyBeanMethods = false)
	static class Beans {

		@Bean
		Handler written() {
			return Handler.named("Written")
				.unary("Hello", Greeting.class, Greeting.class, (call) -> new Greeting("by hand"))
				.build();
		}

	}

	static class Listening {

		private final List<String> received = new CopyOnWriteArrayList<>();

		@MicroSubscriber(topic = "${topic}", queue = "q")
		public void onNews(Greeting news) {
			this.received.add(news.text());
		}

		@Bean
		Subscriber other() {
			return Subscriber.of("other", Greeting.class,
					(delivery) -> this.received.add("bean " + ((Greeting) delivery.payload()).text()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Intercepted {

		private final List<String> order = new ArrayList<>();

		@Bean
		@Order(2)
		HandlerInterceptor second() {
			return (next) -> (call) -> {
				this.order.add("second");
				return next.handle(call);
			};
		}

		@Bean
		@Order(1)
		HandlerInterceptor first() {
			return (next) -> (call) -> {
				this.order.add("first");
				return next.handle(call);
			};
		}

		@Bean
		MicroExceptionHandler conflicts() {
			return (exception, call) -> MicroException.conflict(call.service(), exception.getMessage());
		}

		@Bean
		Handler failing() {
			return Handler.named("Failing").unary("Hello", Greeting.class, Greeting.class, (call) -> {
				throw new IllegalStateException("taken");
			}).build();
		}

	}

	record Events(List<String> events, Registry registry) {

		@EventListener
		void on(MicroServerStartedEvent event) {
			add("started");
		}

		@EventListener
		void on(MicroRegisteredEvent event) {
			add("registered");
		}

		@EventListener
		void on(AvailabilityChangeEvent<ReadinessState> event) {
			add(event.getState().name());
		}

		@EventListener
		void on(MicroDeregisteredEvent event) {
			add("deregistered");
		}

		private void add(String what) {
			this.events.add(what + ", registered: " + !this.registry.get("greeter").isEmpty());
		}

	}

}

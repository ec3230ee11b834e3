package io.microspring.autoconfigure.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.microspring.annotation.MicroClient;
import io.microspring.annotation.MicroHandler;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.client.CallInterceptor;
import io.microspring.client.Client;
import io.microspring.client.ClientBuilder;
import io.microspring.client.ClientOptions;
import io.microspring.client.PublishInterceptor;
import io.microspring.client.Request;
import io.microspring.codec.Codec;
import io.microspring.codec.Codecs;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.plugins.codec.msgpack.MessagePackCodec;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The client, and the interfaces that call services.
 */
class MicroClientAutoConfigurationTest {

	private final ApplicationContextRunner runner = MicroRunner.memory();

	@Test
	void anInterfaceOfTheApplicationIsInjected() {
		this.runner.withUserConfiguration(Application.class).withPropertyValues("target=greeter").run((context) -> {
			SayClient client = context.getBean(UsesClient.class).client();
			assertThat(client.hello(new Greeting("John"))).isEqualTo(new Greeting("Hello John"));
			assertThat(client.toString()).contains("greeter");
		});
	}

	@Test
	void aBeanOfTheApplicationIsTakenInsteadOfTheInterfaces() {
		this.runner.withUserConfiguration(Application.class)
			.withPropertyValues("target=greeter")
			.withBean("microClientAutoConfigurationTest.SayClient", SayClient.class, () -> (in) -> in)
			.run((context) -> assertThat(context.getBean(UsesClient.class).client().hello(new Greeting("John")))
				.isEqualTo(new Greeting("John")));
	}

	@Test
	void withoutPackagesOfTheApplicationNothingIsScanned() {
		this.runner.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(SayClient.class));
	}

	@Test
	void whenAPlaceholderOfTheServiceIsNotThereThenItIsNamed() {
		this.runner.withUserConfiguration(Application.class)
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("target"));
	}

	@Test
	void theClientIsAsThePropertiesSay() {
		this.runner
			.withPropertyValues("micro.client.timeout=1s", "micro.client.connect-timeout=2s", "micro.client.retries=3",
					"micro.client.retry-policy=go-micro", "micro.client.pool.size=4", "micro.client.pool.ttl=5s",
					"micro.client.content-type=application/json", "micro.client.max-message-size=1KB",
					"micro.client.propagate=x-request-id,x-b3-*", "micro.client.executor=direct")
			.run((context) -> {
				ClientOptions options = context.getBean(ClientOptions.class);
				assertThat(options.calls().timeout()).isEqualTo(Duration.ofSeconds(1));
				assertThat(options.calls().dialTimeout()).isEqualTo(Duration.ofSeconds(2));
				assertThat(options.calls().retries()).isEqualTo(3);
				assertThat(options.poolSize()).isEqualTo(4);
				assertThat(options.poolTtl()).isEqualTo(Duration.ofSeconds(5));
				assertThat(options.calls().contentType()).isEqualTo("application/json");
				assertThat(options.maxMessageSize()).isEqualTo(1024);
				assertThat(options.propagate()).containsExactly("x-request-id", "x-b3-*");
				assertThat(options.executor()).isEqualTo(ExecutorMode.DIRECT);
			});
	}

	@Test
	void theDefaultsAreThoseOfTheLibrary() {
		this.runner.run((context) -> {
			ClientOptions defaults = ClientOptions.defaults();
			assertThat(context.getBean(ClientOptions.class)).usingRecursiveComparison()
				.ignoringFieldsMatchingRegexes(".*retryPolicy", ".*backoff", ".*base", ".*merged")
				.isEqualTo(defaults);
		});
	}

	@Test
	void theMapperOfTheApplicationWritesAndReadsJson() {
		this.runner.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class))
			.withPropertyValues("spring.jackson.property-naming-strategy=SNAKE_CASE")
			.run((context) -> {
				Codec codec = json(context.getBean(Codecs.class));
				byte[] body = codec.write(Codec.Header.of(Codec.Kind.REQUEST), new Loan("Ulysses", 3)).body();
				assertThat(new String(body, StandardCharsets.UTF_8)).isEqualToIgnoringNewLines("""
						{"book_title":"Ulysses","days":3}
						""");
			});
	}

	@Test
	void theMapperOfTheApplicationIsAsLenientAsTheLibrarys() {
		String body = "{\"bookTitle\":\"Ulysses\",\"days\":null,\"unknown\":1}";
		Message message = new Message(Metadata.empty(), body.getBytes(StandardCharsets.UTF_8));
		this.runner.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class)).run((context) -> {
			Codec codec = json(context.getBean(Codecs.class));
			assertThat(codec).isNotSameAs(Codec.json());
			assertThat(codec.read(Codec.Kind.REQUEST, message).body(Loan.class)).isEqualTo(new Loan("Ulysses", 0));
		});
	}

	@Test
	void theMapperOfTheApplicationIsThatOfAllCodecsThatUseOne() {
		this.runner.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class))
			.withPropertyValues("spring.jackson.property-naming-strategy=SNAKE_CASE")
			.run((context) -> {
				for (String type : List.of("application/json-rpc", "application/msgpack", "application/bson-rpc")) {
					assertThat(written(context.getBean(Codecs.class), type)).as(type).contains("book_title");
				}
			});
	}

	@Test
	void theMapperOfTheApplicationIsThatOfCodecBeansWithoutOneOfTheirOwn() {
		JsonMapper kebab = JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE).build();
		this.runner.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class))
			.withPropertyValues("spring.jackson.property-naming-strategy=SNAKE_CASE")
			.withBean("rpc", Codec.class, () -> MessagePackCodec.rpc().under("application/msgpack"))
			.withBean("json", Codec.class, () -> Codec.jsonRpc().under("x/json"))
			.withBean("own", Codec.class, () -> Codec.json(kebab).under("x/own"))
			.withBean("ownRpc", Codec.class, () -> MessagePackCodec.rpc().withMapper(kebab).under("x/own-rpc"))
			.run((context) -> {
				Codecs codecs = context.getBean(Codecs.class);
				assertThat(written(codecs, "application/msgpack")).contains("book_title");
				assertThat(written(codecs, "x/json")).contains("book_title");
				assertThat(written(codecs, "x/own")).contains("book-title");
				assertThat(written(codecs, "x/own-rpc")).contains("book-title");
			});
	}

	private static String written(Codecs codecs, String type) {
		Codec codec = Objects.requireNonNull(codecs.find(type));
		byte[] body = codec.write(Codec.Header.of(Codec.Kind.REQUEST), new Loan("Ulysses", 3)).body();
		return new String(body, StandardCharsets.ISO_8859_1);
	}

	@Test
	void aCodecIsThereWithItsDriver() {
		this.runner.run((context) -> assertThat(context.getBean(Codecs.class).contentTypes())
			.contains("application/json", "application/bson", "application/msgpack", "application/msgpack-rpc"));
		this.runner.withClassLoader(new FilteredClassLoader("org.bson", "org.msgpack"))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(Codecs.class));
	}

	@Test
	void aCodecIsAddedByABean() {
		this.runner.withBean(Codec.class, () -> MessagePackCodec.rpc().under("application/msgpack", "x/y"))
			.run((context) -> {
				Codecs codecs = context.getBean(Codecs.class);
				assertThat(codecs.find("x/y")).isNotNull().isSameAs(codecs.find("application/msgpack"));
				assertThat(codecs.find("application/x-msgpack")).isSameAs(MessagePackCodec.bare());
				assertThat(json(codecs)).isSameAs(Codec.json());
			});
	}

	@Test
	void withoutAMapperOfTheApplicationJsonIsTheLibrarys() {
		this.runner.run((context) -> assertThat(json(context.getBean(Codecs.class))).isSameAs(Codec.json()));
	}

	@Test
	void interceptorsAreCalledInTheirOrder() {
		this.runner.withUserConfiguration(Intercepted.class, Application.class)
			.withPropertyValues("target=greeter")
			.run((context) -> {
				Client client = context.getBean(Client.class);
				client.call(Request.of("greeter", "Say.Hello", new Greeting("John")), Greeting.class);
				client.publish("news", new Greeting("John"));
				assertThat(context.getBean(Intercepted.class).order).containsExactly("first", "second", "publish");
			});
	}

	@Test
	void customizersHaveTheLastWord() {
		this.runner
			.withBean(MicroClientCustomizer.class,
					() -> (builder) -> builder
						.intercept((next) -> (call) -> CompletableFuture.completedFuture(new Greeting("customized"))))
			.run((context) -> assertThat(
					context.getBean(Client.class).call(Request.of("any", "Any.Any", null), Greeting.class))
				.isEqualTo(new Greeting("customized")));
	}

	@Test
	void aSecondClientIsMadeFromTheSameParts() {
		this.runner.withUserConfiguration(Application.class).withPropertyValues("target=greeter").run((context) -> {
			try (Client second = context.getBean(ClientBuilder.class).build()) {
				assertThat(second).isNotSameAs(context.getBean(Client.class));
				assertThat(second.call(Request.of("greeter", "Say.Hello", new Greeting("John")), Greeting.class))
					.isEqualTo(new Greeting("Hello John"));
			}
		});
	}

	private static Codec json(Codecs codecs) {
		return Objects.requireNonNull(codecs.find(Codecs.JSON));
	}

	record Loan(String bookTitle, int days) {

	}

	record Greeting(String text) {

	}

	@MicroClient("${target}")
	interface SayClient {

		Greeting hello(Greeting in);

	}

	@MicroHandler
	static class Say {

		public Greeting hello(Greeting in) {
			return new Greeting("Hello " + in.text());
		}

	}

	record UsesClient(SayClient client) {

	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage
	@Import({ Say.class, UsesClient.class })
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	static class Intercepted {

		private final List<String> order = new ArrayList<>();

		@Bean
		@Order(2)
		CallInterceptor second() {
			return (next) -> (call) -> {
				this.order.add("second");
				return next.call(call);
			};
		}

		@Bean
		@Order(1)
		CallInterceptor first() {
			return (next) -> (call) -> {
				this.order.add("first");
				return next.call(call);
			};
		}

		@Bean
		PublishInterceptor publishing() {
			return (next) -> (publication) -> {
				this.order.add("publish");
				next.publish(publication);
			};
		}

	}

}

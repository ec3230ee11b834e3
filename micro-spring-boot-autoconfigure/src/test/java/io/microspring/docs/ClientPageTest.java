package io.microspring.docs;

import java.time.Duration;

import io.microspring.autoconfigure.MicroRunner;
import io.microspring.autoconfigure.client.MicroClientOptionsCustomizer;
import io.microspring.concurrent.Backoff;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.ClientOptions;
import io.microspring.client.NotFound;
import io.microspring.client.RetryPolicy;
import io.microspring.registry.Registry;
import io.microspring.selector.Filter;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The code of the page on the client that says what calls are like.
 */
class ClientPageTest {

	@Test
	void whatCallsAreLike() {
		ClientOptions options = ClientOptions.defaults()
			.withTimeout(Duration.ofSeconds(2))
			.withService("stock", CallOptions.defaults().withAddress("127.0.0.1:9090", "127.0.0.1:9091"))
			.withEndpoint("stock", "Stock.Find",
					CallOptions.defaults().withTimeout(Duration.ofMillis(300)).withIdempotent(true))
			.withNotFound(NotFound.GO_MICRO);
		Client client = Client.builder(Registry.memory()).options(options).build();

		client.reconfigure(client.options().withTimeout(Duration.ofSeconds(3)));
		assertThat(client.options().calls().timeout()).hasSeconds(3);
		assertThatThrownBy(() -> client.warmUp("chat").join()).hasMessageContaining("chat");
		client.close();
	}

	@Test
	void retriesAsTheApplicationSays() {
		CallOptions options = CallOptions.defaults()
			.withRetries(4)
			.withRetryPolicy((failure) -> failure.unsent() || failure.error().code() == 503)
			.withBackoff(Backoff.exponential(Duration.ofMillis(50), 2, Duration.ofSeconds(2), 0.5));
		assertThat(options.retries()).isEqualTo(4);
	}

	@Test
	void beansOfThePage() {
		MicroRunner.memory().withUserConfiguration(Calls.class).run((context) -> {
			ClientOptions options = context.getBean(ClientOptions.class);
			assertThat(options.services().get("stock").filters()).hasSize(1);
			assertThat(options.calls().backoff()).isSameAs(context.getBean(Backoff.class));
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class Calls {

		@Bean
		RetryPolicy onlyWhatWasNotSent() {
			return (failure) -> failure.unsent();
		}

		@Bean
		Backoff asTheFirstGeneration() {
			return Backoff.goMicroV1();
		}

		@Bean
		MicroClientOptionsCustomizer stockOfTheNewVersion() {
			return (options) -> options.withService("stock",
					options.services().getOrDefault("stock", CallOptions.defaults()).withFilter(Filter.version("2")));
		}

	}

}

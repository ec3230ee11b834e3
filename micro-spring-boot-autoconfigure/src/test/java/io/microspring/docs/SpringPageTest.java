package io.microspring.docs;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.micrometer.common.KeyValues;
import io.microspring.annotation.MicroClient;
import io.microspring.annotation.MicroHandler;
import io.microspring.annotation.MicroSubscriber;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.autoconfigure.client.MicroClientCustomizer;
import io.microspring.autoconfigure.observation.ServerCallContext;
import io.microspring.autoconfigure.observation.ServerCallConvention;
import io.microspring.autoconfigure.server.MicroRegisteredEvent;
import io.microspring.call.MicroEndpoint;
import io.microspring.client.Client;
import io.microspring.client.ClientBuilder;
import io.microspring.client.ClientOptions;
import io.microspring.errors.MicroException;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import io.microspring.selector.Strategy;
import io.microspring.server.HandlerInterceptor;
import io.microspring.server.MicroExceptionHandler;
import io.microspring.server.MicroHeader;
import io.microspring.service.Plugin;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The code of the pages on Spring and the actuator.
 */
class SpringPageTest {

	@Test
	void theCodeOfThePageRuns() {
		MicroRunner.memory()
			.withPropertyValues("spring.application.name=library", "topics.lent=lent", "micro.client.retries=0")
			.withUserConfiguration(Application.class)
			.run((context) -> {
				Desk desk = context.getBean(Desk.class);
				assertThat(desk.lend("Emma")).isEqualTo("Emma");
				Awaitility.await().until(() -> context.getBean(Statistics.class).lent.contains("Emma"));
				Awaitility.await().until(() -> context.getBean(Archive.class).kept.contains("Emma of library"));
				assertThatExceptionOfType(MicroException.class).isThrownBy(() -> desk.lend("Ulysses"))
					.satisfies((error) -> assertThat(error.code()).isEqualTo(409));
				assertThat(context.getBean(Log.class).seen).contains("library at ");
				assertThat(context.getBean("patient", Client.class)).isNotSameAs(context.getBean("microClient"));
			});
	}

	record Loan(String title) {
	}

	record Lend(@NotBlank String title, @Min(1) int days) {
	}

	@MicroHandler
	static class Library {

		private final Client client;

		Library(Client client) {
			this.client = client;
		}

		public Loan lend(Lend lend) {
			if (lend.title().equals("Ulysses")) {
				throw new IllegalStateException("lent already");
			}
			Loan loan = new Loan(lend.title());
			this.client.publish("lent", loan);
			return loan;
		}

		@MicroEndpoint(name = "Find", idempotent = true)
		public Loan search(Lend lend) {
			return new Loan(lend.title());
		}

	}

	@Component
	static class Statistics {

		private final List<String> lent = new CopyOnWriteArrayList<>();

		@MicroSubscriber(topic = "${topics.lent}", queue = "statistics")
		public void onLent(Loan loan) {
			this.lent.add(loan.title());
		}

	}

	@Component
	static class Archive {

		private final List<String> kept = new CopyOnWriteArrayList<>();

		@MicroSubscriber(topic = "${topics.lent}", queue = "archive", concurrency = "${archive.concurrency:4}",
				attempts = "5", backoff = "500ms", deadLetter = "${topics.lent}.failed")
		public void keep(Loan loan, @MicroHeader("Micro-From-Service") String library) {
			this.kept.add(loan.title() + " of " + library);
		}

	}

	@MicroClient("library")
	interface LibraryClient {

		Loan lend(Lend lend);

		@MicroEndpoint(name = "Library.Find", idempotent = true, timeout = "500ms")
		Loan find(Lend lend);

	}

	@Component
	static class Desk {

		private final LibraryClient library;

		Desk(LibraryClient library) {
			this.library = library;
		}

		String lend(String title) {
			return this.library.lend(new Lend(title, 14)).title();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Interceptors {

		@Bean
		@Order(1)
		HandlerInterceptor admission() {
			return (next) -> (call) -> {
				if (call.metadata().contains("X-Banned")) {
					throw MicroException.forbidden(call.service(), "you are banned");
				}
				return next.handle(call);
			};
		}

		@Bean
		MicroExceptionHandler conflicts() {
			return (exception, call) -> (exception instanceof IllegalStateException)
					? MicroException.conflict(call.service(), exception.getMessage()) : null;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Parts {

		@Bean
		Strategy firstNode() {
			return (nodes, call) -> 0;
		}

		@Bean
		MicroClientCustomizer tenant() {
			return (builder) -> builder.intercept((next) -> (call) -> next
				.call(call.withOptions(call.options().withMetadata(Metadata.of("X-Tenant", "a")))));
		}

		@Bean(defaultCandidate = false)
		Client patient(ClientBuilder builder) {
			return builder.options(ClientOptions.defaults().withTimeout(Duration.ofMinutes(1))).build();
		}

		@Bean
		Plugin shared() {
			Registry one = Registry.memory();
			return Plugin.registry("shared", (address) -> one);
		}

	}

	@Component
	static class Log {

		private String seen = "";

		@EventListener
		void on(MicroRegisteredEvent event) {
			this.seen = event.service().name() + " at " + event.service().nodes().get(0).address();
		}

	}

	static class ByTenant implements ServerCallConvention {

		@Override
		public KeyValues getLowCardinalityKeyValues(ServerCallContext context) {
			String tenant = context.call().metadata().getOrDefault("X-Tenant", "none");
			return ServerCallConvention.super.getLowCardinalityKeyValues(context).and("tenant", tenant);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage
	@Import({ Library.class, Statistics.class, Archive.class, Desk.class, Interceptors.class, Parts.class, Log.class,
			ByTenant.class })
	static class Application {

	}

}

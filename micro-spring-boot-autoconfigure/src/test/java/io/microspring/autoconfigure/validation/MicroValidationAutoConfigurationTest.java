package io.microspring.autoconfigure.validation;

import java.util.ArrayList;
import java.util.List;

import io.microspring.annotation.MicroHandler;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.errors.MicroException;
import io.microspring.server.HandlerInterceptor;
import jakarta.validation.Valid;
import jakarta.validation.Validator;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Requests are validated when a validator is there.
 */
class MicroValidationAutoConfigurationTest {

	private final ApplicationContextRunner runner = MicroRunner.memory()
		.withConfiguration(
				AutoConfigurations.of(ValidationAutoConfiguration.class, MicroValidationAutoConfiguration.class))
		.withUserConfiguration(Library.class);

	@Test
	void aRequestThatBreaksItsConstraintsIsA400WithTheFields() {
		this.runner.run((context) -> {
			Client client = context.getBean(Client.class);
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> order(client, new Order("", 0, new Address("123456"))))
				.extracting(MicroException::code, MicroException::id, MicroException::detail)
				.containsExactly(400, "greeter", "address.zip: size must be between 0 and 5; "
						+ "count: must be greater than or equal to 1; title: must not be blank");
			assertThat(order(client, new Order("Emma", 1, new Address("12345")))).isEqualTo("1 x Emma");
		});
	}

	@Test
	void theCallerIsToldOfTwentyFieldsAtTheMost() {
		this.runner.run((context) -> {
			Client client = context.getBean(Client.class);
			List<Address> addresses = new ArrayList<>();
			for (int i = 0; i < 25; i++) {
				addresses.add(new Address("123456"));
			}
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> client.call(Request.of("greeter", "Library.Many", new Many(addresses)), Text.class))
				.satisfies((error) -> assertThat(error.detail()).endsWith("; and 5 more"));
		});
	}

	@Test
	void anInterceptorOfTheApplicationSeesTheRefusal() {
		List<Integer> codes = new ArrayList<>();
		this.runner.withBean(HandlerInterceptor.class, () -> (next) -> (call) -> {
			try {
				return next.handle(call);
			}
			catch (MicroException ex) {
				codes.add(ex.code());
				throw ex;
			}
		})
			.run((context) -> assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> order(context.getBean(Client.class), new Order("", 1, new Address("1")))));
		assertThat(codes).containsExactly(400);
	}

	@Test
	void whenTurnedOffThenNothingIsValidated() {
		this.runner.withPropertyValues("micro.validation.enabled=false")
			.run((context) -> assertThat(order(context.getBean(Client.class), new Order("", 0, new Address("123456"))))
				.isEqualTo("0 x "));
	}

	@Test
	void whenThereIsNoValidatorThenNothingIsValidated() {
		this.runner.withClassLoader(new FilteredClassLoader(Validator.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(MicroValidationAutoConfiguration.class));
	}

	private static String order(Client client, Order order) {
		return client.call(Request.of("greeter", "Library.Order", order), Text.class).text();
	}

	record Order(@NotBlank String title, @Min(1) int count, @Valid Address address) {

	}

	record Address(@Size(max = 5) String zip) {

	}

	record Many(@Valid List<Address> addresses) {

	}

	record Text(String text) {

	}

	@MicroHandler
	static class Library {

		public Text order(Order order) {
			return new Text(order.count() + " x " + order.title());
		}

		public Text many(Many many) {
			return new Text("many");
		}

	}

}

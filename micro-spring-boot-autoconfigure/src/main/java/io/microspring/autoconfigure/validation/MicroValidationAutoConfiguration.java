package io.microspring.autoconfigure.validation;

import io.microspring.server.HandlerInterceptor;
import jakarta.validation.Validator;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Validates requests when a validator is there, inside all other interceptors, so that
 * those see a refused request as any other error.
 */
@AutoConfiguration(afterName = "org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration")
@ConditionalOnBooleanProperty(name = { "micro.enabled", "micro.validation.enabled" }, matchIfMissing = true)
@ConditionalOnClass(Validator.class)
@ConditionalOnBean(Validator.class)
public final class MicroValidationAutoConfiguration {

	@Bean
	@Order(Ordered.LOWEST_PRECEDENCE)
	HandlerInterceptor microValidation(Validator validator) {
		return new ValidatedHandlers(validator);
	}

}

package io.microspring.autoconfigure.client;

import java.util.Objects;

import io.microspring.annotation.MicroClient;
import io.microspring.client.Client;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.env.Environment;

/**
 * Makes the implementation of an interface that calls a service. The name of the service
 * is read here and not when the bean is defined, which may be at build time.
 *
 * @param <T> the interface
 */
final class MicroClientFactoryBean<T> implements FactoryBean<T>, BeanFactoryAware, EnvironmentAware {

	private final Class<T> api;

	private @Nullable BeanFactory beanFactory;

	private @Nullable Environment environment;

	MicroClientFactoryBean(Class<T> api) {
		this.api = api;
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public void setEnvironment(Environment environment) {
		this.environment = environment;
	}

	@Override
	public T getObject() {
		String declared = MergedAnnotations.from(this.api).get(MicroClient.class).getString("service");
		String service = Objects.requireNonNull(this.environment).resolveRequiredPlaceholders(declared);
		return Objects.requireNonNull(this.beanFactory).getBean(Client.class).proxy(service, this.api);
	}

	@Override
	public Class<T> getObjectType() {
		return this.api;
	}

}

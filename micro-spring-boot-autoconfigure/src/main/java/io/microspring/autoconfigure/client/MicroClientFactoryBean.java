package io.microspring.autoconfigure.client;

import java.util.Objects;

import io.microspring.client.Client;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.FactoryBean;

/**
 * Makes the implementation of an interface that calls a service.
 *
 * @param <T> the interface
 */
final class MicroClientFactoryBean<T> implements FactoryBean<T>, BeanFactoryAware {

	private final String service;

	private final Class<T> api;

	private @Nullable BeanFactory beanFactory;

	MicroClientFactoryBean(String service, Class<T> api) {
		this.service = service;
		this.api = api;
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public T getObject() {
		return Objects.requireNonNull(this.beanFactory).getBean(Client.class).proxy(this.service, this.api);
	}

	@Override
	public Class<T> getObjectType() {
		return this.api;
	}

}

package io.microspring.autoconfigure.client;

import java.util.Objects;
import java.util.Set;

import io.microspring.annotation.MicroClient;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.env.Environment;
import org.springframework.util.PlaceholderResolutionException;

/**
 * Makes the implementation of an interface that calls a service. What its annotation says
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
		MergedAnnotation<MicroClient> declared = MergedAnnotations.from(this.api).get(MicroClient.class);
		CallOptions options = CallOptions.defaults();
		String address = resolved(declared.getString("address"));
		options = address.isEmpty() ? options : options.withAddress(address);
		String protocol = declared.getString("protocol");
		options = protocol.isEmpty() ? options : options.withProtocol(protocol);
		return Objects.requireNonNull(this.beanFactory)
			.getBean(Client.class)
			.proxy(resolved(declared.getString("service")), this.api, options);
	}

	/**
	 * Adds the service when it is looked up by name.
	 * @param services the names so far
	 */
	void addDiscovered(Set<String> services) {
		MergedAnnotation<MicroClient> declared = MergedAnnotations.from(this.api).get(MicroClient.class);
		try {
			if (resolved(declared.getString("address")).isEmpty()) {
				services.add(resolved(declared.getString("service")));
			}
		}
		catch (PlaceholderResolutionException ignored) {
			// An interface that nobody uses may say what it likes; whoever does is told.
		}
	}

	private String resolved(String text) {
		return Objects.requireNonNull(this.environment).resolveRequiredPlaceholders(text);
	}

	@Override
	public Class<T> getObjectType() {
		return this.api;
	}

}

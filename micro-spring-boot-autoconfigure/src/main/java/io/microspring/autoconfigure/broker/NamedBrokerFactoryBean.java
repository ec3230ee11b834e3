package io.microspring.autoconfigure.broker;

import java.util.Objects;

import io.microspring.broker.Broker;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.FactoryBean;

/**
 * Makes a broker of {@code micro.broker.named}, and closes it.
 */
final class NamedBrokerFactoryBean implements FactoryBean<Broker>, BeanFactoryAware, DisposableBean {

	private final String name;

	private @Nullable BeanFactory beans;

	private @Nullable Broker made;

	NamedBrokerFactoryBean(String name) {
		this.name = name;
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		this.beans = beanFactory;
	}

	/** Called once, under the lock of the factory's singletons. */
	@Override
	public Broker getObject() {
		Broker broker = Objects.requireNonNull(this.beans).getBean(BrokerChoice.class).make(this.name);
		this.made = broker;
		return broker;
	}

	@Override
	public Class<Broker> getObjectType() {
		return Broker.class;
	}

	@Override
	public void destroy() {
		if (this.made != null) {
			this.made.close();
		}
	}

}

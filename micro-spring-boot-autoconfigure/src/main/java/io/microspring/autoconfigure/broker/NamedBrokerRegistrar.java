package io.microspring.autoconfigure.broker;

import java.util.Map;
import java.util.Set;

import io.microspring.broker.Broker;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/**
 * Registers a bean for each broker of {@code micro.broker.named}. It is injected by its
 * name only: whoever asks for a broker gets the application's.
 */
final class NamedBrokerRegistrar implements ImportBeanDefinitionRegistrar {

	private final Environment environment;

	NamedBrokerRegistrar(Environment environment) {
		this.environment = environment;
	}

	@Override
	public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry registry) {
		Set<String> names = Binder.get(this.environment)
			.bind("micro.broker.named", Bindable.mapOf(String.class, BrokerProperties.Named.class))
			.orElse(Map.of())
			.keySet();
		for (String name : names) {
			requireFree(name, registry);
			registry.registerBeanDefinition(name, definition(name));
		}
	}

	/** Whoever named the broker would get something else, and not hear of it. */
	private static void requireFree(String name, BeanDefinitionRegistry registry) {
		if (registry.isBeanNameInUse(name)) {
			String taken = registry.containsBeanDefinition(name) ? registry.getBeanDefinition(name).toString()
					: "an alias";
			throw new InvalidConfigurationPropertyValueException("micro.broker.named." + name, name,
					"The broker would be a bean of that name, and there is another one: " + taken
							+ ". Give one of them another name.");
		}
	}

	private static BeanDefinition definition(String name) {
		AbstractBeanDefinition definition = BeanDefinitionBuilder.rootBeanDefinition(NamedBrokerFactoryBean.class)
			.addConstructorArgValue(name)
			.getBeanDefinition();
		definition.setDefaultCandidate(false);
		definition.setAttribute(FactoryBean.OBJECT_TYPE_ATTRIBUTE, Broker.class);
		return definition;
	}

}

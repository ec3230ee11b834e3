package io.microspring.autoconfigure.client;

import java.util.List;

import io.microspring.annotation.MicroClient;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanNameGenerator;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.context.annotation.AnnotationBeanNameGenerator;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;

/**
 * Registers a bean for each interface with {@link MicroClient} in the packages of the
 * application.
 */
final class MicroClientRegistrar implements ImportBeanDefinitionRegistrar {

	private final BeanFactory beanFactory;

	private final Environment environment;

	private final ResourceLoader resourceLoader;

	MicroClientRegistrar(BeanFactory beanFactory, Environment environment, ResourceLoader resourceLoader) {
		this.beanFactory = beanFactory;
		this.environment = environment;
		this.resourceLoader = resourceLoader;
	}

	@Override
	public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry registry,
			BeanNameGenerator ignored) {
		if (!AutoConfigurationPackages.has(this.beanFactory)) {
			return;
		}
		ClassPathScanningCandidateComponentProvider scanner = new InterfaceScanner(this.environment);
		scanner.setResourceLoader(this.resourceLoader);
		scanner.addIncludeFilter(new AnnotationTypeFilter(MicroClient.class));
		List<String> packages = AutoConfigurationPackages.get(this.beanFactory);
		packages.stream()
			.flatMap((name) -> scanner.findCandidateComponents(name).stream())
			.forEach((candidate) -> register((AnnotatedBeanDefinition) candidate, registry));
	}

	private void register(AnnotatedBeanDefinition candidate, BeanDefinitionRegistry registry) {
		AnnotationMetadata metadata = candidate.getMetadata();
		Assert.state(!metadata.getAnnotations().get(MicroClient.class).getString("service").isBlank(),
				() -> "@MicroClient of " + metadata.getClassName() + " has no service: write @MicroClient(\"name\")");
		String name = AnnotationBeanNameGenerator.INSTANCE.generateBeanName(candidate, registry);
		if (!registry.containsBeanDefinition(name)) {
			registry.registerBeanDefinition(name, definition(metadata.getClassName()));
		}
		else if (isOurs(registry.getBeanDefinition(name))) {
			// Two interfaces of one name are told apart by their packages; a bean of the
			// application, on the other hand, wins.
			registry.registerBeanDefinition(metadata.getClassName(), definition(metadata.getClassName()));
		}
	}

	private static boolean isOurs(BeanDefinition definition) {
		return MicroClientFactoryBean.class.getName().equals(definition.getBeanClassName());
	}

	private BeanDefinition definition(String className) {
		Class<?> api = ClassUtils.resolveClassName(className, this.resourceLoader.getClassLoader());
		BeanDefinition definition = BeanDefinitionBuilder.rootBeanDefinition(MicroClientFactoryBean.class)
			.addConstructorArgValue(api)
			.getBeanDefinition();
		definition.setAttribute(FactoryBean.OBJECT_TYPE_ATTRIBUTE, api);
		return definition;
	}

	/** Finds interfaces, which a scan for components leaves out. */
	private static final class InterfaceScanner extends ClassPathScanningCandidateComponentProvider {

		InterfaceScanner(Environment environment) {
			super(false, environment);
		}

		@Override
		protected boolean isCandidateComponent(AnnotatedBeanDefinition candidate) {
			return candidate.getMetadata().isInterface() && candidate.getMetadata().isIndependent()
					&& !candidate.getMetadata().isAnnotation();
		}

	}

}

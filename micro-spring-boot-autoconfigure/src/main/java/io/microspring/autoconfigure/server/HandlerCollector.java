package io.microspring.autoconfigure.server;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.microspring.annotation.MicroHandler;
import io.microspring.annotation.MicroSubscriber;
import io.microspring.autoconfigure.broker.BrokerProperties;
import io.microspring.broker.Broker;
import io.microspring.broker.SubscribeOptions;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.server.EndpointHandler;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.Subscriber;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.BeanNotOfRequiredTypeException;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;

/**
 * Gives the server what the application serves, once all beans are there: beans with
 * {@link MicroHandler}, methods with {@link MicroSubscriber}, and {@link Handler} and
 * {@link Subscriber} beans.
 */
final class HandlerCollector implements SmartInitializingSingleton, BeanFactoryAware {

	private @Nullable ConfigurableListableBeanFactory beanFactory;

	private volatile boolean empty = true;

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		this.beanFactory = (ConfigurableListableBeanFactory) beanFactory;
	}

	/**
	 * Whether the application serves nothing.
	 * @return true when nothing was found
	 */
	boolean isEmpty() {
		return this.empty;
	}

	@Override
	public void afterSingletonsInstantiated() {
		ConfigurableListableBeanFactory beans = Objects.requireNonNull(this.beanFactory);
		Server server = beans.getBean(Server.class);
		beans.getBeanProvider(Handler.class).orderedStream().forEach((handler) -> add(server, handler));
		beans.getBeanProvider(Subscriber.class).orderedStream().forEach((subscriber) -> add(server, subscriber));
		for (String name : beans.getBeanNamesForType(Object.class, true, false)) {
			Class<?> type = ScopedProxyUtils.isScopedTarget(name) ? null
					: AutoProxyUtils.determineTargetClass(beans, name);
			if (type != null && !type.getName().startsWith("org.springframework.")) {
				addHandler(server, beans, name, ClassUtils.getUserClass(type));
				addSubscribers(server, beans, name, ClassUtils.getUserClass(type));
			}
		}
	}

	private void addHandler(Server server, ConfigurableListableBeanFactory beans, String beanName, Class<?> type) {
		MergedAnnotation<MicroHandler> annotation = MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY)
			.get(MicroHandler.class);
		if (!annotation.isPresent()) {
			return;
		}
		Class<?> declared = (annotation.getSource() instanceof Class<?> source && source.isInterface()) ? source : type;
		String name = resolve(beans, annotation.getString("name"));
		Handler handler = handler(name.isEmpty() ? declared.getSimpleName() : name, beans.getBean(beanName), declared);
		add(server, withExecutor(handler, annotation.getEnum("executor", ExecutorMode.class)));
	}

	private static Handler handler(String name, Object bean, Class<?> declared) {
		if (declared.isInstance(bean)) {
			return Handler.of(name, bean, declared, new EndpointMethods(declared));
		}
		// A JDK proxy is no instance of the class: its interfaces are what can be called.
		List<EndpointHandler> endpoints = new ArrayList<>();
		for (Class<?> api : ClassUtils.getAllInterfacesForClass(declared)) {
			if (api.isInstance(bean)) {
				endpoints.addAll(Handler.of(name, bean, api, new EndpointMethods(api)).endpoints());
			}
		}
		return new Handler(name, endpoints, false);
	}

	private static Handler withExecutor(Handler handler, ExecutorMode executor) {
		if (executor == ExecutorMode.AUTO) {
			return handler;
		}
		List<EndpointHandler> endpoints = handler.endpoints()
			.stream()
			.map((e) -> (e.executor() != ExecutorMode.AUTO) ? e
					: new EndpointHandler(e.name(), e.requestType(), e.responseType(), e.kind(), executor, e.metadata(),
							e.function()))
			.toList();
		return new Handler(handler.name(), endpoints, handler.internal());
	}

	private void addSubscribers(Server server, ConfigurableListableBeanFactory beans, String beanName, Class<?> type) {
		if (!AnnotationUtils.isCandidateClass(type, MicroSubscriber.class)) {
			return;
		}
		Map<Method, MicroSubscriber> methods = MethodIntrospector.selectMethods(type,
				(MethodIntrospector.MetadataLookup<MicroSubscriber>) (method) -> AnnotatedElementUtils
					.findMergedAnnotation(method, MicroSubscriber.class));
		SubscribeOptionsResolver resolver = new SubscribeOptionsResolver((text) -> resolve(beans, text),
				beans.getBean(BrokerProperties.class).retry());
		methods.forEach((method, annotation) -> {
			Object bean = beans.getBean(beanName);
			SubscribeOptions options = resolver.resolve(method, annotation);
			Method invocable = AopUtils.selectInvocableMethod(method, bean.getClass());
			Subscriber subscriber = Subscriber.of(resolve(beans, annotation.topic()), options, bean, invocable);
			String broker = resolve(beans, annotation.broker());
			add(server, broker.isEmpty() ? subscriber : subscriber.withBroker(broker(beans, broker, method)));
		});
	}

	private static Broker broker(ConfigurableListableBeanFactory beans, String name, Method method) {
		try {
			return beans.getBean(name, Broker.class);
		}
		catch (NoSuchBeanDefinitionException | BeanNotOfRequiredTypeException ex) {
			throw new IllegalArgumentException("@MicroSubscriber of " + method.toGenericString()
					+ ": there is no broker \"" + name + "\"; micro.broker.named." + name + ".type makes one", ex);
		}
	}

	private static String resolve(ConfigurableListableBeanFactory beans, String text) {
		String resolved = beans.resolveEmbeddedValue(text);
		return (resolved != null) ? resolved : text;
	}

	private void add(Server server, Handler handler) {
		server.handle(handler);
		this.empty = false;
	}

	private void add(Server server, Subscriber subscriber) {
		server.subscribe(subscriber);
		this.empty = false;
	}

}

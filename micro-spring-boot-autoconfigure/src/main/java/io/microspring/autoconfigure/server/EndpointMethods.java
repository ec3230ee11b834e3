package io.microspring.autoconfigure.server;

import java.lang.reflect.Method;
import java.util.List;
import java.util.function.Predicate;

import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;

/**
 * Which public methods of a bean are endpoints: not those that the container calls, by an
 * annotation or because an interface of its own asks for them.
 */
final class EndpointMethods implements Predicate<Method> {

	/** By name: not all of them are on the class path of every application. */
	private static final List<String> CALLBACKS = List.of("io.microspring.annotation.MicroSubscriber",
			"jakarta.annotation.PostConstruct", "jakarta.annotation.PreDestroy",
			"org.springframework.beans.factory.annotation.Autowired", "org.springframework.context.event.EventListener",
			"org.springframework.scheduling.annotation.Scheduled");

	private final List<Class<?>> containerInterfaces;

	EndpointMethods(Class<?> type) {
		this.containerInterfaces = ClassUtils.getAllInterfacesForClassAsSet(type)
			.stream()
			.filter(EndpointMethods::isOfTheContainer)
			.toList();
	}

	private static boolean isOfTheContainer(Class<?> api) {
		return api.getName().startsWith("org.springframework.") || AutoCloseable.class.isAssignableFrom(api);
	}

	@Override
	public boolean test(Method method) {
		MergedAnnotations annotations = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY);
		return CALLBACKS.stream().noneMatch(annotations::isPresent) && this.containerInterfaces.stream()
			.noneMatch((api) -> ClassUtils.hasMethod(api, method.getName(), method.getParameterTypes()));
	}

}

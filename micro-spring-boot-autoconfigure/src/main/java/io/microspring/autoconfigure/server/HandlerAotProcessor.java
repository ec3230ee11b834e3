package io.microspring.autoconfigure.server;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.microspring.annotation.MicroHandler;
import io.microspring.annotation.MicroSubscriber;
import io.microspring.call.MicroEndpoint;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/**
 * Tells a native image of handlers and subscribers, and of what they take and answer.
 */
final class HandlerAotProcessor implements BeanRegistrationAotProcessor {

	private static final BindingReflectionHintsRegistrar BINDING = new BindingReflectionHintsRegistrar();

	@Override
	public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean bean) {
		Class<?> type = ClassUtils.getUserClass(bean.getBeanClass());
		boolean handler = AnnotatedElementUtils.hasAnnotation(type, MicroHandler.class);
		List<Method> methods = Arrays.stream(type.getMethods())
			.filter((method) -> method.getDeclaringClass() != Object.class)
			.filter((method) -> handler || AnnotatedElementUtils.hasAnnotation(method, MicroSubscriber.class))
			.filter(HandlerAotProcessor::isExposed)
			.toList();
		if (methods.isEmpty()) {
			return null;
		}
		List<Type> values = new ArrayList<>();
		for (Method method : methods) {
			values.add(method.getGenericReturnType());
			values.addAll(List.of(method.getGenericParameterTypes()));
		}
		return (context, code) -> {
			context.getRuntimeHints().reflection().registerType(type, MemberCategory.INVOKE_PUBLIC_METHODS);
			BINDING.registerReflectionHints(context.getRuntimeHints().reflection(), values.toArray(Type[]::new));
		};
	}

	private static boolean isExposed(Method method) {
		MicroEndpoint endpoint = method.getAnnotation(MicroEndpoint.class);
		return endpoint == null || endpoint.exposed();
	}

}

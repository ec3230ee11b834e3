package io.microspring.autoconfigure.client;

import java.lang.reflect.Method;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.support.RegisteredBean;

/**
 * Tells a native image of the interfaces that call services, and of what they send and
 * receive.
 */
final class MicroClientAotProcessor implements BeanRegistrationAotProcessor {

	private static final BindingReflectionHintsRegistrar BINDING = new BindingReflectionHintsRegistrar();

	@Override
	public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean bean) {
		if (!MicroClientFactoryBean.class.equals(bean.getMergedBeanDefinition().getResolvableType().resolve())) {
			return null;
		}
		Class<?> api = (Class<?>) Objects
			.requireNonNull(bean.getMergedBeanDefinition().getAttribute(FactoryBean.OBJECT_TYPE_ATTRIBUTE));
		return (context, code) -> register(context.getRuntimeHints(), api);
	}

	static void register(RuntimeHints hints, Class<?> api) {
		hints.proxies().registerJdkProxy(api);
		hints.reflection().registerType(api, MemberCategory.INVOKE_PUBLIC_METHODS);
		for (Method method : api.getMethods()) {
			BINDING.registerReflectionHints(hints.reflection(), method.getGenericReturnType());
			BINDING.registerReflectionHints(hints.reflection(), method.getGenericParameterTypes());
		}
	}

}

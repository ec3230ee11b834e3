package io.microspring.server;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The methods of a class that may be endpoints: its public ones, inherited ones too.
 */
final class EndpointCandidates {

	/** What every object has; a class that writes it anew still means no endpoint. */
	private static final Set<String> OF_OBJECTS = Set.of("equals", "hashCode", "toString");

	private EndpointCandidates() {
	}

	/**
	 * Finds them.
	 * @param type the class or interface
	 * @return its methods, ordered by name
	 */
	static List<Method> of(Class<?> type) {
		return Arrays.stream(type.getMethods())
			.map(EndpointCandidates::behindBridge)
			.filter(Objects::nonNull)
			.map(Objects::requireNonNull)
			.filter((method) -> !Modifier.isStatic(method.getModifiers()) && !belongsToObjects(method)
					&& !isClose(method))
			.distinct()
			.sorted(Comparator.comparing(Method::getName).thenComparing(Method::toGenericString))
			.toList();
	}

	/**
	 * An annotation of a method, or of the method that it overrides or implements.
	 * @param <A> the type of the annotation
	 * @param method the method
	 * @param type the type of the annotation
	 * @return the annotation, the nearest one; null when there is none
	 */
	static <A extends Annotation> @Nullable A annotation(Method method, Class<A> type) {
		return annotation(method.getDeclaringClass(), method, type);
	}

	private static <A extends Annotation> @Nullable A annotation(@Nullable Class<?> place, Method method,
			Class<A> type) {
		if (place == null) {
			return null;
		}
		Method here = declared(place, method);
		A found = (here == null) ? null : here.getAnnotation(type);
		found = (found != null) ? found : annotation(place.getSuperclass(), method, type);
		for (Class<?> parent : place.getInterfaces()) {
			found = (found != null) ? found : annotation(parent, method, type);
		}
		return found;
	}

	/**
	 * The compiler writes a bridge for a method with other types than the one it
	 * overrides, which is there itself; and for one inherited from a class that is not
	 * public, which is not.
	 */
	private static @Nullable Method behindBridge(Method method) {
		if (!method.isBridge()) {
			return method.isSynthetic() ? null : method;
		}
		Class<?> parent = method.getDeclaringClass().getSuperclass();
		while (parent != null) {
			Method hidden = declared(parent, method);
			if (hidden != null && !hidden.isBridge()) {
				boolean same = hidden.getReturnType() == method.getReturnType();
				return (same && !Modifier.isAbstract(hidden.getModifiers())
						&& !Modifier.isPublic(parent.getModifiers())) ? hidden : null;
			}
			parent = parent.getSuperclass();
		}
		return null;
	}

	private static @Nullable Method declared(Class<?> place, Method method) {
		try {
			return place.getDeclaredMethod(method.getName(), method.getParameterTypes());
		}
		catch (NoSuchMethodException ex) {
			return null;
		}
	}

	private static boolean belongsToObjects(Method method) {
		Class<?>[] types = method.getParameterTypes();
		boolean fits = types.length == 0 || (types.length == 1 && types[0] == Object.class);
		return method.getDeclaringClass() == Object.class || (fits && OF_OBJECTS.contains(method.getName()));
	}

	private static boolean isClose(Method method) {
		return method.getName().equals("close") && method.getParameterCount() == 0
				&& AutoCloseable.class.isAssignableFrom(method.getDeclaringClass());
	}

}

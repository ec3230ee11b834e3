package io.microspring.call;

import java.lang.reflect.Array;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * What the type variables of the classes and interfaces above a class stand for in it, so
 * that a method inherited from {@code Base<T>} takes and answers what it says. Immutable.
 */
public final class TypeVariables {

	private final Map<TypeVariable<?>, Type> known = new HashMap<>();

	private TypeVariables() {
	}

	/**
	 * What they stand for in a class.
	 * @param type the class or interface
	 * @return what they stand for
	 */
	public static TypeVariables of(Class<?> type) {
		TypeVariables variables = new TypeVariables();
		variables.learn(type);
		return variables;
	}

	/**
	 * A type with its variables replaced.
	 * @param type the type of a parameter or result of one of the class's methods
	 * @return the type; a variable that stands for nothing known is its first bound
	 */
	public Type resolve(Type type) {
		if (type instanceof TypeVariable<?> variable) {
			Type meaning = this.known.get(variable);
			return (meaning != null) ? resolve(meaning) : Streaming.raw(variable.getBounds()[0]);
		}
		if (type instanceof ParameterizedType generic) {
			List<Type> arguments = new ArrayList<>();
			for (Type argument : generic.getActualTypeArguments()) {
				arguments.add(resolve(argument));
			}
			return arguments.equals(List.of(generic.getActualTypeArguments())) ? type
					: new Generic(Streaming.raw(generic), arguments);
		}
		if (type instanceof GenericArrayType array) {
			Type component = resolve(array.getGenericComponentType());
			return (component instanceof Class<?> c) ? Array.newInstance(c, 0).getClass() : type;
		}
		return type;
	}

	private void learn(@Nullable Type type) {
		if (type instanceof ParameterizedType generic) {
			TypeVariable<?>[] variables = Streaming.raw(generic).getTypeParameters();
			for (int i = 0; i < variables.length; i++) {
				this.known.put(variables[i], generic.getActualTypeArguments()[i]);
			}
		}
		if (type != null) {
			Class<?> raw = Streaming.raw(type);
			learn(raw.getGenericSuperclass());
			for (Type parent : raw.getGenericInterfaces()) {
				learn(parent);
			}
		}
	}

	private record Generic(Class<?> raw, List<Type> arguments) implements ParameterizedType {

		@Override
		public Type[] getActualTypeArguments() {
			return this.arguments.toArray(new Type[0]);
		}

		@Override
		public Type getRawType() {
			return this.raw;
		}

		@Override
		public @Nullable Type getOwnerType() {
			return this.raw.getDeclaringClass();
		}

		@Override
		public String getTypeName() {
			return this.raw.getName() + this.arguments.stream()
				.map((argument) -> Objects.requireNonNull(argument).getTypeName())
				.collect(Collectors.joining(", ", "<", ">"));
		}

	}

}

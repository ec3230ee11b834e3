package io.microspring.registry;

import java.util.List;
import java.util.Objects;

/**
 * A value that an endpoint takes or answers, and the values inside it, to a depth of
 * three. Immutable. go-micro: {@code registry.Value}.
 *
 * @param name the name of the field, or of the type at the root
 * @param type the name of its type, such as {@code string}, {@code int64},
 * {@code []string} or a message's name
 * @param values the values inside it
 */
public record Value(String name, String type, List<Value> values) {

	public Value {
		Objects.requireNonNull(name, "name");
		Objects.requireNonNull(type, "type");
		values = List.copyOf(values);
	}

}

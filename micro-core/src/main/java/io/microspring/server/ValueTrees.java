package io.microspring.server;

import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.MessageOrBuilder;
import io.microspring.call.Streaming;
import io.microspring.registry.Endpoint;
import io.microspring.registry.Value;
import io.microspring.server.EndpointHandler.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Describes endpoints for the registry: what they take and answer as trees, three levels
 * deep, with Go's names of types (protocol reference §5.1).
 */
final class ValueTrees {

	private static final int DEPTH = 3;

	private static final Map<Class<?>, String> GO_NAMES = Map.ofEntries(Map.entry(String.class, "string"),
			Map.entry(CharSequence.class, "string"), Map.entry(boolean.class, "bool"), Map.entry(Boolean.class, "bool"),
			Map.entry(byte.class, "int8"), Map.entry(Byte.class, "int8"), Map.entry(short.class, "int16"),
			Map.entry(Short.class, "int16"), Map.entry(int.class, "int32"), Map.entry(Integer.class, "int32"),
			Map.entry(long.class, "int64"), Map.entry(Long.class, "int64"), Map.entry(float.class, "float32"),
			Map.entry(Float.class, "float32"), Map.entry(double.class, "float64"), Map.entry(Double.class, "float64"),
			Map.entry(byte[].class, "[]uint8"), Map.entry(Object.class, ""));

	private ValueTrees() {
	}

	static Endpoint endpoint(String handler, EndpointHandler endpoint) {
		Map<String, String> metadata = new LinkedHashMap<>(endpoint.metadata());
		if (endpoint.kind() != Kind.UNARY) {
			metadata.put("stream", "true");
		}
		return new Endpoint(handler + "." + endpoint.name(), root(endpoint.requestType()),
				root(endpoint.responseType()), metadata);
	}

	static Endpoint endpoint(Subscriber subscriber) {
		return new Endpoint(subscriber.name(), root(subscriber.payloadType()), null,
				Map.of("subscriber", "true", "topic", subscriber.topic()));
	}

	static @Nullable Value root(Type type) {
		if (type == Void.class) {
			return null;
		}
		String name = typeName(type);
		return new Value(name, name, values(type, 1));
	}

	private static List<Value> values(Type type, int depth) {
		Class<?> raw = Streaming.raw(type);
		if (depth >= DEPTH || raw.isEnum() || raw.isArray() || GO_NAMES.containsKey(raw) || isJdk(raw)) {
			return List.of();
		}
		List<Value> values = new ArrayList<>();
		Descriptor message = descriptor(raw);
		if (message != null) {
			message.getFields().forEach((field) -> values.add(value(field, depth + 1)));
		}
		else if (raw.isRecord()) {
			for (RecordComponent component : raw.getRecordComponents()) {
				values.add(value(component.getName(), component.getGenericType(), depth + 1));
			}
		}
		else {
			fields(raw).forEach((field) -> values.add(value(field.getName(), field.getGenericType(), depth + 1)));
		}
		return values;
	}

	/** What a bean holds, its parents' fields first. */
	private static List<Field> fields(Class<?> type) {
		List<Field> fields = new ArrayList<>();
		for (Class<?> place = type; place != null && !isJdk(place); place = place.getSuperclass()) {
			fields.addAll(0,
					Arrays.stream(place.getDeclaredFields())
						.filter((field) -> !Modifier.isStatic(field.getModifiers())
								&& !Modifier.isTransient(field.getModifiers()) && !field.isSynthetic())
						.toList());
		}
		return fields;
	}

	private static Value value(String name, Type type, int depth) {
		return new Value(name, typeName(type), values(type, depth));
	}

	private static Value value(FieldDescriptor field, int depth) {
		if (field.isMapField()) {
			return new Value(field.getName(), "", List.of());
		}
		if (field.isRepeated()) {
			return new Value(field.getName(), "[]" + typeName(field), List.of());
		}
		List<Value> values = new ArrayList<>();
		if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && depth < DEPTH) {
			field.getMessageType().getFields().forEach((inner) -> values.add(value(inner, depth + 1)));
		}
		return new Value(field.getName(), typeName(field), values);
	}

	private static String typeName(FieldDescriptor field) {
		return switch (field.getType()) {
			case STRING -> "string";
			case BOOL -> "bool";
			case INT32, SINT32, SFIXED32 -> "int32";
			case UINT32, FIXED32 -> "uint32";
			case INT64, SINT64, SFIXED64 -> "int64";
			case UINT64, FIXED64 -> "uint64";
			case FLOAT -> "float32";
			case DOUBLE -> "float64";
			case BYTES -> "[]uint8";
			case ENUM -> goName(field.getEnumType(), field.getEnumType().getContainingType());
			case MESSAGE, GROUP -> goName(field.getMessageType(), field.getMessageType().getContainingType());
		};
	}

	/** Go has no types within types: {@code Outer_Inner}. */
	private static String goName(GenericDescriptor type, @Nullable Descriptor outer) {
		return (outer == null) ? type.getName() : goName(outer, outer.getContainingType()) + "_" + type.getName();
	}

	private static String typeName(Type type) {
		Class<?> raw = Streaming.raw(type);
		String known = GO_NAMES.get(raw);
		if (known != null) {
			return known;
		}
		if (Map.class.isAssignableFrom(raw)) {
			return "";
		}
		Type element = elementType(type);
		return (element == type) ? raw.getSimpleName() : "[]" + typeName(element);
	}

	private static Type elementType(Type type) {
		if (type instanceof GenericArrayType array) {
			return array.getGenericComponentType();
		}
		Class<?> raw = Streaming.raw(type);
		if (raw.isArray() && raw != byte[].class) {
			return raw.getComponentType();
		}
		return Collection.class.isAssignableFrom(raw) ? Streaming.argument(type, 0) : type;
	}

	private static boolean isJdk(Class<?> type) {
		return type.getName().startsWith("java.");
	}

	private static @Nullable Descriptor descriptor(Class<?> type) {
		if (!MessageOrBuilder.class.isAssignableFrom(type)) {
			return null;
		}
		try {
			return (Descriptor) type.getMethod("getDescriptor").invoke(null);
		}
		catch (ReflectiveOperationException ex) {
			return null;
		}
	}

}

package io.microspring.codec;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import com.google.protobuf.Any;
import com.google.protobuf.AnyProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.EmptyProto;
import com.google.protobuf.FieldMaskProto;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.StructProto;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.WrappersProto;
import com.google.protobuf.util.JsonFormat;
import org.jspecify.annotations.Nullable;

/**
 * The types that a {@code google.protobuf.Any} within a message may hold in JSON: those
 * of the message's own {@code .proto} and all that it imports, and protobuf's own. Made
 * when they are first asked for.
 */
final class KnownTypes {

	/** How deep messages may be nested, those in an {@code Any} included. */
	static final int DEEPEST = 100;

	/** Where {@code Any} is. */
	private static final String ANY = "google/protobuf/any.proto";

	/** How many are remembered: more than a program has. */
	private static final int MOST_REMEMBERED = 1000;

	private static final Map<FileDescriptor, KnownTypes> REMEMBERED = new ConcurrentHashMap<>();

	/** Protobuf's own, as every {@code Any} may hold them. */
	private static final FileDescriptor[] PROTOBUFS = { AnyProto.getDescriptor(), DurationProto.getDescriptor(),
			EmptyProto.getDescriptor(), FieldMaskProto.getDescriptor(), StructProto.getDescriptor(),
			TimestampProto.getDescriptor(), WrappersProto.getDescriptor() };

	/** Those whose JSON may be anything but an object of their fields. */
	private static final Set<String> VALUES = Set.of("Any", "Timestamp", "Duration", "FieldMask", "Struct", "Value",
			"ListValue", "DoubleValue", "FloatValue", "Int64Value", "UInt64Value", "Int32Value", "UInt32Value",
			"BoolValue", "StringValue", "BytesValue");

	private final FileDescriptor file;

	private final boolean holdsAny;

	private volatile @Nullable TypeRegistry registry;

	private volatile JsonFormat.@Nullable Printer printer;

	private KnownTypes(FileDescriptor file) {
		this.file = file;
		this.holdsAny = importsAny(file, new HashSet<>());
	}

	private static boolean importsAny(FileDescriptor file, Set<String> seen) {
		return file.getFullName().equals(ANY) || seen.add(file.getFullName())
				&& file.getDependencies().stream().anyMatch((each) -> importsAny(each, seen));
	}

	/**
	 * The types that are known to a message.
	 * @param message the type of the message
	 * @return the types
	 */
	static KnownTypes of(Descriptor message) {
		FileDescriptor file = message.getFile();
		KnownTypes known = REMEMBERED.get(file);
		if (known == null) {
			known = new KnownTypes(file);
			if (REMEMBERED.size() < MOST_REMEMBERED) {
				REMEMBERED.put(file, known);
			}
		}
		return known;
	}

	/** Whether a type is {@code google.protobuf.Any}. */
	static boolean isAny(Descriptor type) {
		return type.getFullName().equals("google.protobuf.Any");
	}

	/**
	 * Whether a type stands as a {@code value} beside the name of its type.
	 * @param type the type
	 */
	static boolean isValue(Descriptor type) {
		return type.getFullName().equals("google.protobuf." + type.getName()) && VALUES.contains(type.getName());
	}

	/**
	 * Finds a type.
	 * @param url its name behind the last {@code /}
	 * @return the type
	 * @throws InvalidProtocolBufferException when it is not known
	 */
	Descriptor find(String url) throws InvalidProtocolBufferException {
		Descriptor type = registry().getDescriptorForTypeUrl(url);
		if (type == null) {
			throw new InvalidProtocolBufferException("the type " + url.substring(url.lastIndexOf('/') + 1)
					+ " of an Any is not imported by " + this.file.getName());
		}
		return type;
	}

	/**
	 * A message as protobuf's JSON.
	 * @param message the message
	 * @return the JSON
	 * @throws InvalidProtocolBufferException when an {@code Any} in it holds what is not
	 * known, or it is nested too deep
	 */
	String print(Message message) throws InvalidProtocolBufferException {
		if (this.holdsAny) {
			check(message, DEEPEST);
		}
		return printer().print(message);
	}

	/**
	 * Protobuf limits how deep bytes are nested, but those in an {@code Any} anew: the
	 * printer would follow them as far as they go.
	 */
	private void check(Message message, int depth) throws InvalidProtocolBufferException {
		if (depth == 0) {
			throw new InvalidProtocolBufferException("nested more than " + DEEPEST + " deep");
		}
		for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
			if (entry.getKey().getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
				List<?> values = (entry.getValue() instanceof List<?> list) ? list : List.of(entry.getValue());
				for (Object value : values) {
					check((Message) value, depth - 1);
				}
			}
		}
		Descriptor type = message.getDescriptorForType();
		if (isAny(type)) {
			String url = (String) message.getField(type.findFieldByNumber(Any.TYPE_URL_FIELD_NUMBER));
			if (!url.isEmpty()) {
				ByteString held = (ByteString) message.getField(type.findFieldByNumber(Any.VALUE_FIELD_NUMBER));
				check(DynamicMessage.parseFrom(find(url), held), depth - 1);
			}
		}
	}

	private JsonFormat.Printer printer() {
		JsonFormat.Printer made = this.printer;
		if (made == null) {
			made = JsonFormat.printer().omittingInsignificantWhitespace().usingTypeRegistry(registry());
			this.printer = made;
		}
		return made;
	}

	private TypeRegistry registry() {
		TypeRegistry made = this.registry;
		if (made == null) {
			TypeRegistry.Builder types = TypeRegistry.newBuilder();
			add(types, this.file);
			for (FileDescriptor each : PROTOBUFS) {
				add(types, each);
			}
			made = types.build();
			this.registry = made;
		}
		return made;
	}

	/** Brings all that it imports. */
	private static void add(TypeRegistry.Builder types, FileDescriptor file) {
		if (!file.getMessageTypes().isEmpty()) {
			types.add(file.getMessageTypes().get(0));
		}
	}

}

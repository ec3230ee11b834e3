package io.microspring.server;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Message;
import io.microspring.server.EndpointHandler.Kind;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the services of a server are described to gRPC. A handler is described by the
 * service of its name that stands in the file of its messages; where there is none, by
 * one that is made up of its endpoints, in a package named after the go-micro service.
 * Endpoints that take or answer anything but protobuf messages have no description, and
 * handlers of nothing else are left out. Not thread-safe.
 */
final class ServiceDescriptions {

	private static final Logger log = LoggerFactory.getLogger(ServiceDescriptions.class);

	private final Map<String, FileDescriptor> files = new LinkedHashMap<>();

	private final Map<String, FileDescriptor> symbols = new LinkedHashMap<>();

	private final Map<String, SortedMap<Integer, FileDescriptor>> extensions = new LinkedHashMap<>();

	private final Set<String> services = new TreeSet<>();

	/** Adds a file and all its services. */
	void add(FileDescriptor file) {
		index(file);
		file.getServices().forEach((service) -> this.services.add(service.getFullName()));
	}

	/** Adds a handler of a go-micro service. */
	void add(String service, Handler handler) {
		List<Method> methods = methods(handler);
		if (methods.isEmpty()) {
			return;
		}
		methods.forEach((method) -> index(method.input.getFile()));
		methods.forEach((method) -> index(method.output.getFile()));
		ServiceDescriptor declared = declared(handler.name(), methods);
		if (declared != null) {
			this.services.add(declared.getFullName());
			return;
		}
		try {
			add(madeUp(service, handler.name(), methods));
		}
		catch (DescriptorValidationException ex) {
			log.warn("{} of {} cannot be described to gRPC: {}", handler.name(), service, ex.getMessage());
		}
	}

	Collection<String> services() {
		return this.services;
	}

	@Nullable FileDescriptor file(String name) {
		return this.files.get(name);
	}

	@Nullable FileDescriptor declaring(String symbol) {
		return this.symbols.get(symbol.startsWith(".") ? symbol.substring(1) : symbol);
	}

	/** The extensions of a message by number, each with the file that declares it. */
	SortedMap<Integer, FileDescriptor> extensions(String type) {
		return this.extensions.getOrDefault(type, new TreeMap<>());
	}

	/** A file and what it imports, directly or not. */
	static Collection<FileDescriptor> withImports(FileDescriptor file) {
		Set<FileDescriptor> all = new LinkedHashSet<>();
		List<FileDescriptor> left = new ArrayList<>(List.of(file));
		while (!left.isEmpty()) {
			FileDescriptor next = left.remove(left.size() - 1);
			if (all.add(next)) {
				left.addAll(next.getDependencies());
			}
		}
		return all;
	}

	private static List<Method> methods(Handler handler) {
		List<Method> methods = new ArrayList<>();
		for (EndpointHandler endpoint : handler.endpoints()) {
			Descriptor input = descriptor(endpoint.requestType());
			Descriptor output = descriptor(endpoint.responseType());
			if (input != null && output != null) {
				methods.add(new Method(endpoint.name(), endpoint.kind(), input, output));
			}
		}
		return methods;
	}

	private static @Nullable Descriptor descriptor(Type type) {
		if (!(type instanceof Class<?> c) || !Message.class.isAssignableFrom(c)) {
			return null;
		}
		try {
			return (Descriptor) c.getMethod("getDescriptor").invoke(null);
		}
		catch (ReflectiveOperationException | ClassCastException | NullPointerException ex) {
			return null;
		}
	}

	private @Nullable ServiceDescriptor declared(String handler, List<Method> methods) {
		for (FileDescriptor file : this.files.values()) {
			ServiceDescriptor service = file.findServiceByName(handler);
			if (service != null && methods.stream().allMatch((method) -> method.isOf(service))) {
				return service;
			}
		}
		return null;
	}

	private static FileDescriptor madeUp(String service, String handler, List<Method> methods)
			throws DescriptorValidationException {
		ServiceDescriptorProto.Builder described = ServiceDescriptorProto.newBuilder().setName(handler);
		Map<String, FileDescriptor> imports = new LinkedHashMap<>();
		for (Method method : methods) {
			described.addMethod(MethodDescriptorProto.newBuilder()
				.setName(method.name)
				.setInputType("." + method.input.getFullName())
				.setOutputType("." + method.output.getFullName())
				.setClientStreaming(method.kind == Kind.BIDI)
				.setServerStreaming(method.kind != Kind.UNARY));
			imports.put(method.input.getFile().getName(), method.input.getFile());
			imports.put(method.output.getFile().getName(), method.output.getFile());
		}
		FileDescriptorProto file = FileDescriptorProto.newBuilder()
			.setName("micro/" + service + "/" + handler + ".proto")
			.setPackage(packageName(service))
			.setSyntax("proto3")
			.addAllDependency(imports.keySet())
			.addService(described)
			.build();
		return FileDescriptor.buildFrom(file, imports.values().toArray(FileDescriptor[]::new));
	}

	/** A name of a service may have characters that one of a package has not. */
	private static String packageName(String service) {
		return service.replaceAll("[^A-Za-z0-9_.]", "_").replaceAll("(^|\\.)(?=[0-9.]|$)", "$1_");
	}

	private void index(FileDescriptor root) {
		for (FileDescriptor file : withImports(root)) {
			if (this.files.putIfAbsent(file.getName(), file) == null) {
				file.getServices().forEach((service) -> {
					this.symbols.put(service.getFullName(), file);
					service.getMethods().forEach((method) -> this.symbols.put(method.getFullName(), file));
				});
				file.getMessageTypes().forEach(this::index);
				file.getEnumTypes().forEach(this::index);
				file.getExtensions().forEach(this::index);
			}
		}
	}

	private void index(Descriptor message) {
		this.symbols.put(message.getFullName(), message.getFile());
		message.getNestedTypes().forEach(this::index);
		message.getEnumTypes().forEach(this::index);
		message.getExtensions().forEach(this::index);
	}

	private void index(EnumDescriptor type) {
		this.symbols.put(type.getFullName(), type.getFile());
	}

	private void index(FieldDescriptor extension) {
		this.symbols.put(extension.getFullName(), extension.getFile());
		this.extensions.computeIfAbsent(extension.getContainingType().getFullName(), (type) -> new TreeMap<>())
			.put(extension.getNumber(), extension.getFile());
	}

	/**
	 * An endpoint that protobuf can describe.
	 */
	private record Method(String name, Kind kind, Descriptor input, Descriptor output) {

		boolean isOf(ServiceDescriptor service) {
			MethodDescriptor declared = service.findMethodByName(this.name);
			return declared != null && declared.getInputType().getFullName().equals(this.input.getFullName())
					&& declared.getOutputType().getFullName().equals(this.output.getFullName());
		}

	}

}

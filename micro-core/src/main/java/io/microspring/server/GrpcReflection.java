package io.microspring.server;

import java.util.List;
import java.util.Map;
import java.util.Set;

import com.google.protobuf.Descriptors.FileDescriptor;
import io.microspring.call.Stream;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.server.EndpointHandler.Kind;
import io.microspring.server.wire.health.HealthCheckRequest;
import io.microspring.server.wire.reflection.ErrorResponse;
import io.microspring.server.wire.reflection.ExtensionNumberResponse;
import io.microspring.server.wire.reflection.FileDescriptorResponse;
import io.microspring.server.wire.reflection.ListServiceResponse;
import io.microspring.server.wire.reflection.ServerReflectionRequest;
import io.microspring.server.wire.reflection.ServerReflectionResponse;
import io.microspring.server.wire.reflection.ServiceResponse;
import org.jspecify.annotations.Nullable;

/**
 * gRPC's server reflection, for {@code grpcurl} and its like: which services there are,
 * and how their messages look. v1alpha is the same on the wire.
 */
final class GrpcReflection {

	static final String NAME = "grpc.reflection.v1.ServerReflection";

	static final String ALPHA = "grpc.reflection.v1alpha.ServerReflection";

	private static final int INVALID_ARGUMENT = 3;

	private static final int NOT_FOUND = 5;

	private final RpcServer server;

	private final boolean health;

	GrpcReflection(RpcServer server, boolean health) {
		this.server = server;
		this.health = health;
	}

	List<EndpointHandler> endpoints() {
		return List.of(new EndpointHandler("ServerReflectionInfo", ServerReflectionRequest.class,
				ServerReflectionResponse.class, Kind.BIDI, ExecutorMode.AUTO, Map.of(), this::info));
	}

	private @Nullable Object info(Call call) {
		Stream<Object, Object> stream = call.stream();
		ServiceDescriptions descriptions = descriptions();
		for (Object request : stream.received()) {
			stream.send(answer((ServerReflectionRequest) request, descriptions));
		}
		return null;
	}

	private ServiceDescriptions descriptions() {
		ServiceDescriptions descriptions = new ServiceDescriptions();
		if (this.health) {
			descriptions.add(HealthCheckRequest.getDescriptor().getFile());
		}
		descriptions.add(ServerReflectionRequest.getDescriptor().getFile());
		descriptions.add(io.microspring.server.wire.reflection.alpha.ServerReflectionRequest.getDescriptor().getFile());
		for (Handler handler : this.server.routes.handlers()) {
			if (!handler.internal()) {
				descriptions.add(this.server.name(), handler);
			}
		}
		return descriptions;
	}

	private static ServerReflectionResponse answer(ServerReflectionRequest request, ServiceDescriptions known) {
		ServerReflectionResponse.Builder answer = ServerReflectionResponse.newBuilder()
			.setValidHost(request.getHost())
			.setOriginalRequest(request);
		switch (request.getMessageRequestCase()) {
			case LIST_SERVICES -> answer.setListServicesResponse(services(known));
			case FILE_BY_FILENAME -> file(answer, known.file(request.getFileByFilename()), request.getFileByFilename());
			case FILE_CONTAINING_SYMBOL ->
				file(answer, known.declaring(request.getFileContainingSymbol()), request.getFileContainingSymbol());
			case FILE_CONTAINING_EXTENSION -> {
				String type = request.getFileContainingExtension().getContainingType();
				int number = request.getFileContainingExtension().getExtensionNumber();
				file(answer, known.extensions(type).get(number), "extension " + number + " of " + type);
			}
			case ALL_EXTENSION_NUMBERS_OF_TYPE -> {
				String type = request.getAllExtensionNumbersOfType();
				if (known.declaring(type) == null) {
					answer.setErrorResponse(notFound(type));
				}
				else {
					Set<Integer> numbers = known.extensions(type).keySet();
					answer.setAllExtensionNumbersResponse(
							ExtensionNumberResponse.newBuilder().setBaseTypeName(type).addAllExtensionNumber(numbers));
				}
			}
			case MESSAGEREQUEST_NOT_SET -> answer.setErrorResponse(ErrorResponse.newBuilder()
				.setErrorCode(INVALID_ARGUMENT)
				.setErrorMessage("the request asks for nothing that is known here"));
		}
		return answer.build();
	}

	private static ListServiceResponse services(ServiceDescriptions known) {
		ListServiceResponse.Builder services = ListServiceResponse.newBuilder();
		known.services().forEach((name) -> services.addService(ServiceResponse.newBuilder().setName(name)));
		return services.build();
	}

	private static void file(ServerReflectionResponse.Builder answer, @Nullable FileDescriptor file, String asked) {
		if (file == null) {
			answer.setErrorResponse(notFound(asked));
			return;
		}
		FileDescriptorResponse.Builder files = FileDescriptorResponse.newBuilder();
		ServiceDescriptions.withImports(file)
			.forEach((one) -> files.addFileDescriptorProto(one.toProto().toByteString()));
		answer.setFileDescriptorResponse(files);
	}

	private static ErrorResponse notFound(String what) {
		return ErrorResponse.newBuilder().setErrorCode(NOT_FOUND).setErrorMessage("not found: " + what).build();
	}

}

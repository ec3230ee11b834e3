package io.microspring.test.grpc;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.StringValue;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.microspring.call.Stream;
import io.microspring.registry.Registry;
import io.microspring.server.GrpcOptions;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.test.greeter.Request;
import io.microspring.test.greeter.Response;
import io.microspring.test.greeter.StreamRequest;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * gRPC's server reflection, asked by grpc-java's own stub, and used as {@code grpcurl}
 * does.
 */
class GrpcReflectionTest {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final int NOT_FOUND = Status.Code.NOT_FOUND.value();

	private final Transport transport = Transport.http();

	private Server server;

	private GrpcJava client;

	@AfterEach
	void stop() {
		this.client.close();
		this.server.close();
		this.transport.close();
	}

	@Test
	void servicesAreThoseThatProtobufCanDescribe() {
		start(GrpcOptions.defaults());

		List<String> names = ask(list()).getListServicesResponse()
			.getServiceList()
			.stream()
			.map(ServiceResponse::getName)
			.toList();

		assertThat(names).containsExactlyInAnyOrder("go.micro.srv.greeter.Say", "my_greeter.Shout",
				"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
				"grpc.reflection.v1alpha.ServerReflection");
	}

	@Test
	void callerThatKnowsNothingCallsByWhatItIsTold() throws Exception {
		start(GrpcOptions.defaults());

		FileDescriptor file = file(symbol("go.micro.srv.greeter.Say"), "greeter.proto");
		MethodDescriptor hello = file.findServiceByName("Say").findMethodByName("Hello");

		assertThat(call(hello, "go.micro.srv.greeter.Say", "name", "John")).isEqualTo("Hello John");
	}

	@Test
	void handlerWithoutAServiceInItsFileIsDescribedByItsEndpoints() throws Exception {
		start(GrpcOptions.defaults());

		FileDescriptor file = file(symbol("my_greeter.Shout"), "micro/my-greeter/Shout.proto");
		assertThat(file.findServiceByName("Shout").getMethods()).extracting(MethodDescriptor::getName)
			.containsExactlyInAnyOrder("Loud", "All");
		MethodDescriptor all = file.findServiceByName("Shout").findMethodByName("All");
		assertThat(all.isClientStreaming()).isTrue();
		assertThat(all.isServerStreaming()).isTrue();

		MethodDescriptor loud = file.findServiceByName("Shout").findMethodByName("Loud");
		assertThat(call(loud, "my_greeter.Shout", "value", "hey")).isEqualTo("HEY");
	}

	@ParameterizedTest
	@ValueSource(strings = { "go.micro.srv.greeter.Say", "go.micro.srv.greeter.Say.Hello",
			"go.micro.srv.greeter.Request", ".go.micro.srv.greeter.Response", "grpc.health.v1.Health",
			"grpc.health.v1.HealthCheckResponse.ServingStatus", "grpc.reflection.v1alpha.ServerReflection" })
	void fileIsFoundByWhateverItDeclares(String symbol) {
		start(GrpcOptions.defaults());

		assertThat(ask(symbol(symbol)).getFileDescriptorResponse().getFileDescriptorProtoList()).isNotEmpty();
	}

	@Test
	void whatIsNotThereIsNotFoundAndTheStreamGoesOn() {
		start(GrpcOptions.defaults());
		Conversation conversation = new Conversation();

		assertThat(conversation.ask(symbol("no.such.Thing")).getErrorResponse().getErrorCode()).isEqualTo(NOT_FOUND);
		assertThat(conversation.ask(ServerReflectionRequest.newBuilder().setFileByFilename("no.proto").build())
			.getErrorResponse()
			.getErrorCode()).isEqualTo(NOT_FOUND);
		assertThat(conversation.ask(ServerReflectionRequest.getDefaultInstance()).getErrorResponse().getErrorCode())
			.isEqualTo(Status.Code.INVALID_ARGUMENT.value());
		ServerReflectionResponse found = conversation
			.ask(ServerReflectionRequest.newBuilder().setHost("h").setFileByFilename("greeter.proto").build());
		assertThat(found.getFileDescriptorResponse().getFileDescriptorProtoCount()).isEqualTo(1);
		assertThat(found.getValidHost()).isEqualTo("h");
		assertThat(found.getOriginalRequest().getFileByFilename()).isEqualTo("greeter.proto");
		assertThat(conversation
			.ask(ServerReflectionRequest.newBuilder()
				.setAllExtensionNumbersOfType("go.micro.srv.greeter.Request")
				.build())
			.getAllExtensionNumbersResponse()
			.getExtensionNumberList()).isEmpty();
		assertThat(conversation
			.ask(ServerReflectionRequest.newBuilder().setAllExtensionNumbersOfType("no.such.Thing").build())
			.getErrorResponse()
			.getErrorCode()).isEqualTo(NOT_FOUND);
	}

	@Test
	void olderNameAnswersTheSame() throws InterruptedException {
		start(GrpcOptions.defaults());
		BlockingQueue<io.grpc.reflection.v1alpha.ServerReflectionResponse> answers = new LinkedBlockingQueue<>();
		var requests = io.grpc.reflection.v1alpha.ServerReflectionGrpc.newStub(this.client.channel())
			.serverReflectionInfo(new Answers<>(answers));

		requests.onNext(io.grpc.reflection.v1alpha.ServerReflectionRequest.newBuilder().setListServices("*").build());

		assertThat(answers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS).getListServicesResponse().getServiceList())
			.extracting(io.grpc.reflection.v1alpha.ServiceResponse::getName)
			.contains("go.micro.srv.greeter.Say");
		requests.onCompleted();
	}

	@Test
	void reflectionMayBeSwitchedOff() throws InterruptedException {
		start(GrpcOptions.defaults().withReflection(false));
		Answers<ServerReflectionResponse> answers = new Answers<>(new LinkedBlockingQueue<>());

		ServerReflectionGrpc.newStub(this.client.channel()).serverReflectionInfo(answers).onNext(list());

		assertThat(answers.end.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS).getCode())
			.isEqualTo(Status.Code.UNIMPLEMENTED);
	}

	private void start(GrpcOptions options) {
		this.server = Server.builder(Registry.memory())
			.transport(this.transport)
			.options(ServerOptions.named("my-greeter")
				.withAddress("127.0.0.1:0")
				.withGrpc(options)
				.withShutdown(Duration.ZERO, Duration.ofMillis(200)))
			.build()
			.handle(Handler.of(new Say()))
			.handle(Handler.of(new Shout()))
			.handle(Handler.of(new Objects()));
		this.server.start();
		this.client = new GrpcJava(this.server.address());
	}

	private ServerReflectionResponse ask(ServerReflectionRequest request) {
		return new Conversation().ask(request);
	}

	private static ServerReflectionRequest list() {
		return ServerReflectionRequest.newBuilder().setListServices("*").build();
	}

	private static ServerReflectionRequest symbol(String symbol) {
		return ServerReflectionRequest.newBuilder().setFileContainingSymbol(symbol).build();
	}

	/** Builds a file of what was told, and nothing else. */
	private FileDescriptor file(ServerReflectionRequest request, String name) throws Exception {
		Map<String, FileDescriptorProto> told = new HashMap<>();
		for (ByteString bytes : ask(request).getFileDescriptorResponse().getFileDescriptorProtoList()) {
			FileDescriptorProto proto = FileDescriptorProto.parseFrom(bytes);
			told.put(proto.getName(), proto);
		}
		assertThat(told).containsKey(name);
		return build(name, told);
	}

	private static FileDescriptor build(String name, Map<String, FileDescriptorProto> told) throws Exception {
		FileDescriptorProto proto = told.get(name);
		FileDescriptor[] imports = new FileDescriptor[proto.getDependencyCount()];
		for (int i = 0; i < imports.length; i++) {
			imports[i] = build(proto.getDependency(i), told);
		}
		return FileDescriptor.buildFrom(proto, imports);
	}

	private String call(MethodDescriptor method, String service, String field, String value) {
		Descriptor input = method.getInputType();
		DynamicMessage request = DynamicMessage.newBuilder(input).setField(input.findFieldByName(field), value).build();
		DynamicMessage answer = ClientCalls.blockingUnaryCall(this.client.channel(), GrpcJava.method(service,
				method.getName(), MethodType.UNARY, request, DynamicMessage.getDefaultInstance(method.getOutputType())),
				CallOptions.DEFAULT, request);
		return answer.getAllFields().values().iterator().next().toString();
	}

	/** One stream of questions and answers. */
	private final class Conversation {

		private final BlockingQueue<ServerReflectionResponse> answers = new LinkedBlockingQueue<>();

		private final StreamObserver<ServerReflectionRequest> requests = ServerReflectionGrpc
			.newStub(GrpcReflectionTest.this.client.channel())
			.serverReflectionInfo(new Answers<>(this.answers));

		ServerReflectionResponse ask(ServerReflectionRequest request) {
			this.requests.onNext(request);
			try {
				return this.answers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	private record Answers<T>(BlockingQueue<T> received, BlockingQueue<Status> end) implements StreamObserver<T> {

		Answers(BlockingQueue<T> received) {
			this(received, new LinkedBlockingQueue<>());
		}

		@Override
		public void onNext(T answer) {
			this.received.add(answer);
		}

		@Override
		public void onError(Throwable failure) {
			this.end.add(Status.fromThrowable(failure));
		}

		@Override
		public void onCompleted() {
			this.end.add(Status.OK);
		}

	}

	/**
	 * The service of its name in the file of its messages.
	 */
	public static final class Say {

		public Response hello(Request request) {
			return Response.newBuilder().setMsg("Hello " + request.getName()).build();
		}

		public void stream(StreamRequest request, Stream<Response, StreamRequest> stream) {
			stream.send(Response.getDefaultInstance());
		}

	}

	/**
	 * A handler of messages in whose file there is no service.
	 */
	public static final class Shout {

		public StringValue loud(StringValue text) {
			return StringValue.of(text.getValue().toUpperCase(Locale.ROOT));
		}

		public void all(Stream<StringValue, StringValue> stream) {
			stream.received().forEach(stream::send);
		}

		public String object(String text) {
			return text;
		}

	}

	/**
	 * A handler of nothing but objects.
	 */
	public static final class Objects {

		public String hello(String name) {
			return name;
		}

	}

}

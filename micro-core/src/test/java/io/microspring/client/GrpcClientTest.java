package io.microspring.client;

import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import io.microspring.call.Stream;
import io.microspring.errors.MicroException;
import io.microspring.errors.wire.Error;
import io.microspring.errors.wire.ErrorInfo;
import io.microspring.errors.wire.Status;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.transport.Transport;
import io.microspring.transport.TransportException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * How the client speaks gRPC, message by message, to a peer written by hand.
 */
class GrpcClientTest {

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport.memory();

	private GrpcPeer peer;

	private Client client;

	@BeforeEach
	void start() {
		this.peer = new GrpcPeer(this.transport);
		this.registry.register(service(Map.of("protocol", "grpc", "transport", "grpc")), Duration.ZERO);
		this.client = Client.builder(this.registry).transport(this.transport).name("caller").build();
	}

	@AfterEach
	void stop() {
		this.client.close();
		this.peer.close();
		this.transport.close();
	}

	@Test
	void nodeThatServesGrpcIsCalledByGrpc() throws Exception {
		CompletableFuture<String> answer = call("Say.Hello", "John");

		GrpcPeer.Call call = this.peer.accept();
		assertThat(call.header(":protocol")).isEqualTo("grpc");
		assertThat(call.header(":path")).isEqualTo("/go.micro.srv.greeter.Say/Hello");
		assertThat(call.header("content-type")).isEqualTo("application/grpc+json");
		assertThat(call.header("x-content-type")).isEqualTo("application/json");
		assertThat(call.header("te")).isEqualTo("trailers");
		assertThat(call.header("micro-from-service")).isEqualTo("caller");
		assertThat(call.text()).isEqualTo("\"John\"");
		call.assertEnd();
		call.open().send("\"Hello John\"").end("grpc-status", "0");
		assertThat(answer.join()).isEqualTo("Hello John");
		await().until(() -> this.client.stats().connectionsInUse() == 0);
	}

	@Test
	void deadlineIsToldInBothForms() throws Exception {
		CompletableFuture<String> answer = this.client.callAsync(request("Say.Hello", "John"), String.class,
				CallOptions.defaults().withTimeout(Duration.ofSeconds(30)));

		GrpcPeer.Call call = this.peer.accept();
		assertThat(call.header("grpc-timeout")).matches("(30000000|2\\d{7})u");
		assertThat(Long.parseLong(call.header("timeout"))).isBetween(20_000_000_000L, 30_000_000_000L);
		call.open().send("\"x\"").end("grpc-status", "0");
		assertThat(answer.join()).isEqualTo("x");
	}

	@ParameterizedTest
	@CsvSource({ "go.micro.srv.greeter, Say.Hello, /go.micro.srv.greeter.Say/Hello", "'', Say.Hello, /Say/Hello",
			"greeter, /any.Say/Hello, /any.Say/Hello", "greeter, any.Say/Hello, /any.Say/Hello",
			"greeter, helloworld.Greeter.SayHello, /helloworld.Greeter/SayHello",
			"helloworld.Greeter, SayHello, /helloworld.Greeter/SayHello" })
	void pathNamesServiceAndEndpoint(String service, String endpoint, String path) {
		assertThat(GrpcDialect.path(service, endpoint)).isEqualTo(path);
	}

	@Test
	void metadataIsCarriedWithoutWhatGrpcKeepsToItself() throws Exception {
		CallOptions options = CallOptions.defaults()
			.withMetadata("X-Foo", "bar")
			.withMetadata("trace-bin", "AQID")
			.withMetadata("grpc-timeout", "1n")
			.withMetadata("Timeout", "1")
			.withMetadata(":path", "/else")
			.withMetadata("Content-Type", "text/plain")
			.withMetadata("Micro-Topic", "t");
		CompletableFuture<String> answer = this.client.callAsync(request("Say.Hello", "x"), String.class, options);

		GrpcPeer.Call call = this.peer.accept();
		assertThat(call.header("x-foo")).isEqualTo("bar");
		assertThat(call.header("trace-bin")).isEqualTo("AQID");
		assertThat(call.header("grpc-timeout")).endsWith("u");
		assertThat(call.header("timeout")).isNotEqualTo("1");
		assertThat(call.header(":path")).isEqualTo("/go.micro.srv.greeter.Say/Hello");
		assertThat(call.header("content-type")).isEqualTo("application/grpc+json");
		assertThat(call.headers().contains("micro-topic")).isFalse();
		call.open().send("\"x\"").end("grpc-status", "0");
		assertThat(answer.join()).isEqualTo("x");
	}

	@Test
	void protobufIsTheDefaultForMessages() throws Exception {
		CompletableFuture<StringValue> answer = this.client.callAsync(request("Say.Hello", StringValue.of("John")),
				StringValue.class, CallOptions.defaults());

		GrpcPeer.Call call = this.peer.accept();
		assertThat(call.header("content-type")).isEqualTo("application/grpc+proto");
		assertThat(StringValue.parseFrom(call.next().body())).isEqualTo(StringValue.of("John"));
		call.open().send("").end("grpc-status", "0");
		assertThat(answer.join()).isEqualTo(StringValue.getDefaultInstance());
	}

	@ParameterizedTest
	@CsvSource({ "application/grpc, application/grpc+proto", "application/grpc+proto, application/grpc+proto",
			"application/proto, application/grpc+proto", "application/protobuf, application/grpc+proto" })
	void contentTypesOfGoMicroAreUnderstood(String wanted, String sent) throws Exception {
		CompletableFuture<StringValue> answer = this.client.callAsync(request("Say.Hello", StringValue.of("x")),
				StringValue.class, CallOptions.defaults().withContentType(wanted));

		GrpcPeer.Call call = this.peer.accept();
		assertThat(call.header("content-type")).isEqualTo(sent);
		assertThat(call.header("x-content-type")).isEqualTo(wanted);
		assertThat(StringValue.parseFrom(call.next().body())).isEqualTo(StringValue.of("x"));
		call.open().send("").end("grpc-status", "0");
		assertThat(answer.join()).isEqualTo(StringValue.getDefaultInstance());
	}

	@Test
	void errorIsReadFromTheDetailsOfTheStatus() throws Exception {
		Status status = Status.newBuilder()
			.setCode(3)
			.addDetails(Any.pack(ErrorInfo.newBuilder().setReason("OTHER").build()))
			.addDetails(Any.pack(Error.newBuilder()
				.setId("my.id")
				.setCode(422)
				.setDetail("bad ü")
				.setStatus("Unprocessable Entity")
				.build()))
			.build();
		MicroException error = failure("grpc-status", "3", "grpc-message", "x", "grpc-status-details-bin",
				Base64.getEncoder().withoutPadding().encodeToString(status.toByteArray()));

		assertThat(error.id()).isEqualTo("my.id");
		assertThat(error.code()).isEqualTo(422);
		assertThat(error.detail()).isEqualTo("bad ü");
		assertThat(error.status()).isEqualTo("Unprocessable Entity");
	}

	@Test
	void errorIsReadFromTheMessageOfTheStatus() throws Exception {
		MicroException error = failure("grpc-status", "5", "grpc-message",
				"{\"id\":\"my.id\",\"code\":404,\"detail\":\"no %C3%BC 100%\",\"status\":\"Not Found\"}");

		assertThat(error.id()).isEqualTo("my.id");
		assertThat(error.code()).isEqualTo(404);
		assertThat(error.detail()).isEqualTo("no ü 100%");
	}

	@ParameterizedTest
	@CsvSource({ "2, 500", "3, 400", "4, 408", "5, 404", "7, 403", "8, 429", "12, 501", "13, 500", "14, 503", "16, 401",
			"77, 500", "x, 500" })
	void anyOtherStatusIsAnErrorOfTheClient(String number, int code) throws Exception {
		MicroException error = failure("grpc-status", number, "grpc-message", "plain error");

		assertThat(error.id()).isEqualTo("go.micro.client");
		assertThat(error.code()).isEqualTo(code);
		assertThat(error.detail()).isEqualTo("plain error");
	}

	@Test
	void textOfUnknownStatusIsWhatAHandlerAnswered() throws Exception {
		MicroException error = failure("grpc-status", "2", "grpc-message", "plain error");

		assertThat(error.isAnswer()).isTrue();
		assertThat(error.isPlain()).isFalse();
		assertThat(failure("grpc-status", "2").isAnswer()).isFalse();
		assertThat(failure("grpc-status", "13", "grpc-message", "plain error").isAnswer()).isFalse();
	}

	@Test
	void detailsThatDoNotDecodeArePassedOver() throws Exception {
		assertThat(failure("grpc-status", "5", "grpc-message", "gone", "grpc-status-details-bin", "****").detail())
			.isEqualTo("gone");
	}

	@Test
	void statusWithoutMessageIsNamed() throws Exception {
		assertThat(failure("grpc-status", "14").detail()).isEqualTo("gRPC status 14");
	}

	@Test
	void errorBehindAMessageCounts() throws Exception {
		CompletableFuture<String> answer = call("Say.Hello", "x");

		this.peer.accept().open().send("\"x\"").end("grpc-status", "13", "grpc-message", "too late");

		assertThat(failureOf(answer).detail()).isEqualTo("too late");
	}

	@Test
	void answerThatIsNoGrpcIsRefused() throws Exception {
		CompletableFuture<String> answer = call("Say.Hello", "x");

		GrpcPeer.Call call = this.peer.accept().open("404", "text/html");

		MicroException error = failureOf(answer);
		assertThat(error.code()).isEqualTo(404);
		assertThat(error.detail()).contains("HTTP status 404 and content type text/html", this.peer.address());
		await().until(() -> !call.socket().isOpen());
	}

	@Test
	void answerWithoutAMessageIsAnError() throws Exception {
		CompletableFuture<String> answer = call("Say.Hello", "x");

		this.peer.accept().open().end("grpc-status", "0");

		assertThat(failureOf(answer).detail()).startsWith("no message in the answer");
	}

	@Test
	void answerOfTwoMessagesIsAnError() throws Exception {
		CompletableFuture<String> answer = call("Say.Hello", "x");

		GrpcPeer.Call call = this.peer.accept().open().send("\"a\"").send("\"b\"");

		assertThat(failureOf(answer).detail()).startsWith("more than one message in the answer");
		await().until(() -> !call.socket().isOpen());
	}

	@Test
	void callThatIsGivenUpIsCancelled() throws Exception {
		CompletableFuture<String> cancelled = call("Say.Hello", "x");
		GrpcPeer.Call first = this.peer.accept();
		cancelled.cancel(true);
		await().until(() -> !first.socket().isOpen());

		CompletableFuture<String> late = this.client.callAsync(request("Say.Hello", "x"), String.class,
				CallOptions.defaults().withTimeout(Duration.ofMillis(50)));
		GrpcPeer.Call second = this.peer.accept();
		assertThat(failureOf(late).code()).isEqualTo(408);
		await().until(() -> !second.socket().isOpen());
		assertThat(this.client.stats().callsInFlight()).isZero();
	}

	@Test
	void callThatBreaksOffIsNotTriedAgain() throws Exception {
		CompletableFuture<String> answer = call("Say.Hello", "x");

		this.peer.accept().socket().close();

		assertThat(failureOf(answer).detail()).contains("broke off before the answer came");
		assertThat(this.client.stats().retries()).isZero();
	}

	@Test
	void closedClientGivesUpWhatIsUnderWay() throws Exception {
		CompletableFuture<String> answer = call("Say.Hello", "x");
		this.peer.accept();

		this.client.close();

		assertThatExceptionOfType(CompletionException.class).isThrownBy(answer::join);
	}

	@Test
	void addressIsCalledByGrpcWhenAskedTo() throws Exception {
		CompletableFuture<String> answer = this.client.callAsync(Request.of("any", "Say.Hello", "x"), String.class,
				CallOptions.defaults().withAddress(this.peer.address()).withProtocol("grpc"));

		GrpcPeer.Call call = this.peer.accept();
		assertThat(call.header(":path")).isEqualTo("/any.Say/Hello");
		call.open().send("\"y\"").end("grpc-status", "0");
		assertThat(answer.join()).isEqualTo("y");
	}

	@Test
	void clientMaySpeakGrpcToAll() throws Exception {
		this.registry.register(Service.of("plain", "latest", Node.of("plain-1", this.peer.address())), Duration.ZERO);
		try (Client always = Client.builder(this.registry)
			.transport(this.transport)
			.options(ClientOptions.defaults().withProtocol("grpc"))
			.build()) {
			CompletableFuture<String> answer = always.callAsync(Request.of("plain", "Say.Hello", "x"), String.class,
					CallOptions.defaults());

			this.peer.accept().open().send("\"y\"").end("grpc-status", "0");
			assertThat(answer.join()).isEqualTo("y");
		}
	}

	@Test
	void unknownProtocolIsRefused() {
		assertThatThrownBy(() -> CallOptions.defaults().withProtocol("soap"))
			.isInstanceOf(IllegalArgumentException.class)
			.hasMessage("There is no protocol 'soap': it is auto, mucp or grpc");
		assertThatThrownBy(() -> ClientOptions.defaults().withProtocol(""))
			.isInstanceOf(IllegalArgumentException.class);
	}

	@Test
	void transportWithoutStreamsOfSingleCallsIsNamed() {
		Registry other = Registry.memory();
		other.register(service(Map.of("protocol", "grpc")), Duration.ZERO);
		try (Client without = Client.builder(other).transport(new OnlyDials(this.transport)).build()) {
			assertThatExceptionOfType(MicroException.class)
				.isThrownBy(() -> without.call(request("Say.Hello", "x"), String.class))
				.withMessageContaining("only-dials transport has no streams of single calls");
		}
	}

	@Test
	void streamSendsAndReceivesUntilTheHandlerEnds() throws Exception {
		Stream<String, String> stream = this.client.stream(request("Say.Bidi", "first"), String.class,
				CallOptions.defaults());

		GrpcPeer.Call call = this.peer.accept();
		assertThat(call.header(":path")).isEqualTo("/go.micro.srv.greeter.Say/Bidi");
		assertThat(call.headers().contains("grpc-timeout")).isFalse();
		assertThat(call.text()).isEqualTo("\"first\"");
		stream.send("second");
		assertThat(call.text()).isEqualTo("\"second\"");
		call.open().send("\"one\"");
		assertThat(stream.receive()).isEqualTo("one");
		stream.closeSend();
		call.assertEnd();
		call.send("\"two\"").end("grpc-status", "0");
		assertThat(stream.receive()).isEqualTo("two");
		assertThat(stream.receive()).isNull();
		await().until(() -> !call.socket().isOpen());
		assertThat(this.client.stats().connectionsInUse()).isZero();
	}

	@Test
	void streamEndsWithTheHandlersError() throws Exception {
		Stream<String, String> stream = this.client.stream(request("Say.Stream", "x"), String.class,
				CallOptions.defaults());

		this.peer.accept().open().send("\"one\"").end("grpc-status", "3", "grpc-message", "bad");

		assertThat(stream.receive()).isEqualTo("one");
		assertThatThrownBy(stream::receive).isInstanceOfSatisfying(MicroException.class,
				(error) -> assertThat(error.code()).isEqualTo(400));
	}

	@Test
	void streamToWhatIsNoGrpcFails() throws Exception {
		Stream<String, String> stream = this.client.stream(request("Say.Stream", "x"), String.class,
				CallOptions.defaults());

		this.peer.accept().open("200", "application/json");

		assertThatThrownBy(stream::receive).hasMessageContaining("content type application/json, which is no gRPC");
	}

	@Test
	void streamThatFailsHereIsCancelledThere() throws Exception {
		Stream<String, String> stream = this.client.stream(request("Say.Stream", "x"), String.class,
				CallOptions.defaults());
		GrpcPeer.Call call = this.peer.accept();
		call.text();

		stream.fail(MicroException.of("caller", 499, "enough"));

		assertThatThrownBy(call::next).isInstanceOf(TransportException.class).hasMessageContaining("closed");
	}

	private Service service(Map<String, String> metadata) {
		return Service.of("go.micro.srv.greeter", "latest", new Node("greeter-1", this.peer.address(), metadata));
	}

	private static Request request(String endpoint, Object body) {
		return Request.of("go.micro.srv.greeter", endpoint, body);
	}

	private CompletableFuture<String> call(String endpoint, String body) {
		return this.client.callAsync(request(endpoint, body), String.class, CallOptions.defaults());
	}

	/** The error of a call that is answered by trailers only. */
	private MicroException failure(String... trailers) throws InterruptedException {
		CompletableFuture<String> answer = call("Say.Hello", "x");
		this.peer.accept().end(trailers);
		return failureOf(answer);
	}

	private static MicroException failureOf(CompletableFuture<String> answer) {
		CompletionException thrown = catchThrowableOfType(CompletionException.class, answer::join);
		assertThat(thrown).hasCauseInstanceOf(MicroException.class);
		return (MicroException) thrown.getCause();
	}

}

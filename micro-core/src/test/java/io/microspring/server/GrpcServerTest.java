package io.microspring.server;

import java.time.Duration;
import java.util.Base64;
import java.util.List;

import com.google.protobuf.StringValue;
import io.microspring.errors.MicroException;
import io.microspring.errors.wire.ErrorInfo;
import io.microspring.errors.wire.Status;
import io.microspring.message.Headers;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * gRPC calls as the server answers them, message by message.
 */
@ParameterizedClass
@ValueSource(strings = { "http", "memory" })
class GrpcServerTest {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final Transport transport;

	private final GrpcSay say = new GrpcSay();

	private Server server;

	GrpcServerTest(String transport) {
		this.transport = transport.equals("http") ? Transport.http() : Transport.memory();
	}

	@BeforeEach
	void start() {
		this.server = Server.builder(Registry.memory())
			.transport(this.transport)
			.options(ServerOptions.named("go.micro.srv.greeter")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, Duration.ofMillis(200)))
			.build()
			.handle(Handler.of("Say", this.say));
		this.server.start();
	}

	@AfterEach
	void stop() {
		this.say.go.countDown();
		this.server.close();
		this.transport.close();
	}

	@Test
	void unaryCallIsAnsweredByHeadersAMessageAndTrailers() {
		try (GrpcCaller caller = call("Hello").send("{\"text\":\"John\"}").end()) {
			assertThat(caller.next().header(Headers.HTTP_STATUS)).isEqualTo("200");
			assertThat(caller.text()).isEqualTo("{\"text\":\"Hello John\"}");
			assertThat(caller.trailers().get("grpc-status")).isEqualTo("0");
			assertThat(caller.closed).succeedsWithin(PATIENCE).isEqualTo("null");
		}
		await().untilAsserted(() -> {
			assertThat(this.server.stats().inFlight()).isZero();
			assertThat(this.server.stats().handled()).isEqualTo(1);
			assertThat(this.server.stats().failed()).isZero();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "/go.micro.srv.greeter.Say/Hello", "/Say/Hello", "/a.b.Say/Hello", "/exp.Say/Hello" })
	void pathIsRoutedByItsLastComponent(String path) {
		try (GrpcCaller caller = open(path).send("{\"text\":\"John\"}").end()) {
			caller.next();
			assertThat(caller.text()).isEqualTo("{\"text\":\"Hello John\"}");
		}
	}

	@ParameterizedTest
	@CsvSource({ "/go.micro.srv.greeter.Say/Nope, 12, unknown service Say.Nope",
			"/go.micro.srv.greeter.Nope/Hello, 12, unknown service Nope", "/Say/hello, 12, unknown service Say.hello",
			"/Say, 3, malformed method name: /Say", "/Say/, 3, malformed method name: /Say/",
			"/, 3, malformed method name: /" })
	void whatIsNotThereIsSaidInTheWordsOfGo(String path, String status, String message) {
		try (GrpcCaller caller = open(path).send("{}").end()) {
			Metadata trailers = caller.trailers();
			assertThat(trailers.get("grpc-status")).isEqualTo(status);
			assertThat(trailers.get("grpc-message")).isEqualTo(message);
			assertThat(trailers.contains("grpc-status-details-bin")).isFalse();
		}
		assertThat(this.server.stats().failed()).isEqualTo(1);
	}

	@Test
	void serverStreamSendsItsMessagesAndThenEnds() {
		try (GrpcCaller caller = call("Count").send("{\"text\":\"3\"}").end()) {
			caller.next();
			assertThat(List.of(caller.text(), caller.text(), caller.text())).containsExactly("{\"text\":\"0\"}",
					"{\"text\":\"1\"}", "{\"text\":\"2\"}");
			assertThat(caller.trailers().get("grpc-status")).isEqualTo("0");
		}
	}

	@Test
	void handlerAnswersAfterTheCallersHalfClose() {
		try (GrpcCaller caller = call("Join").send("{\"text\":\"a\"}").send("{\"text\":\"b\"}")) {
			caller.end();
			caller.next();
			assertThat(caller.text()).isEqualTo("{\"text\":\"ab\"}");
			assertThat(caller.trailers().get("grpc-status")).isEqualTo("0");
		}
	}

	@Test
	void bothEndsTalkAtOnce() {
		try (GrpcCaller caller = call("Chat")) {
			caller.send("{\"text\":\"a\"}");
			caller.next();
			assertThat(caller.text()).isEqualTo("{\"text\":\"Hello a\"}");
			caller.send("{\"text\":\"b\"}");
			assertThat(caller.text()).isEqualTo("{\"text\":\"Hello b\"}");
			assertThat(caller.isEmpty()).isTrue();
			caller.end();
			assertThat(caller.trailers().get("grpc-status")).isEqualTo("0");
		}
	}

	@Test
	void handlerMayEndAStreamWhoseCallerSendsOn() {
		try (GrpcCaller caller = call("Chat").send("{\"text\":\"end\"}")) {
			assertThat(caller.trailers().get("grpc-status")).isEqualTo("0");
			assertThat(caller.closed).succeedsWithin(PATIENCE);
		}
	}

	@Test
	void errorBehindMessagesOfAStreamIsInTheTrailers() {
		try (GrpcCaller caller = call("Chat").send("{\"text\":\"a\"}").send("{\"text\":\"error\"}")) {
			caller.next();
			caller.text();
			Metadata trailers = caller.trailers();
			assertThat(trailers.get("grpc-status")).isEqualTo("3");
			assertThat(trailers.get("grpc-message")).contains("bad name error");
		}
	}

	@Test
	void cancellingEndsTheHandlersStreamAndCall() {
		GrpcCaller caller = call("Wait").send("{\"text\":\"a\"}");
		assertThat(this.say.received).succeedsWithin(PATIENCE);

		caller.close();

		assertThat(this.say.over).succeedsWithin(PATIENCE).isEqualTo("499");
		assertThat(this.say.ended).succeedsWithin(PATIENCE);
		await().until(() -> this.say.call.isCancelled());
		await().untilAsserted(() -> assertThat(this.server.stats().inFlight()).isZero());
		await().untilAsserted(() -> assertThat(this.server.stats().connections()).isZero());
	}

	@Test
	void callerThatGoesBeforeItAskedLeavesNothingBehind() {
		GrpcCaller caller = call("Hello");
		await().until(() -> this.server.stats().inFlight() == 1);

		caller.close();

		await().untilAsserted(() -> assertThat(this.server.stats().inFlight()).isZero());
	}

	@ParameterizedTest
	@CsvSource({ "grpc-timeout, 2000m, timeout, 60000000000", "grpc-timeout, 1M, timeout, 2000000000" })
	void earlierOfBothDeadlinesCounts(String name, String value, String other, String otherValue) {
		try (GrpcCaller caller = call("Sleep", name, value, other, otherValue).send("{\"text\":\"a\"}").end()) {
			Metadata trailers = caller.trailers();
			assertThat(trailers.get("grpc-status")).isEqualTo("4");
			assertThat(trailers.get("grpc-message")).isEqualTo("context deadline exceeded");
			assertThat(this.say.call.deadline().isExpired()).isTrue();
			assertThat(this.say.call.isCancelled()).isTrue();
		}
	}

	@Test
	void malformedTimeoutIsRefused() {
		try (GrpcCaller caller = call("Hello", "grpc-timeout", "soon").send("{}").end()) {
			Metadata trailers = caller.trailers();
			assertThat(trailers.get("grpc-status")).isEqualTo("3");
			assertThat(trailers.get("grpc-message")).contains("grpc-timeout", "soon");
		}
	}

	@Test
	void goMicrosCallerIsToldItsOwnErrorAndOthersGooglesToo() throws Exception {
		Metadata go = failure("error", "x-content-type", "application/json");
		assertThat(go.get("grpc-status")).isEqualTo("3");
		MicroException error = MicroException.parse(String.valueOf(go.get("grpc-message")));
		assertThat(error.id()).isEqualTo("go.micro.srv.greeter");
		assertThat(error.detail()).isEqualTo("bad name error");
		assertThat(details(go).getDetailsList()).singleElement()
			.satisfies((any) -> assertThat(any.getTypeUrl()).endsWith("/errors.Error"));

		Metadata other = failure("error");
		assertThat(other.get("grpc-message")).isEqualTo(go.get("grpc-message"));
		assertThat(details(other).getDetails(0).is(ErrorInfo.class)).isTrue();
	}

	@Test
	void declaredExceptionIsAPlainTextOfUnknownStatus() {
		Metadata trailers = failure("plain-error");

		assertThat(trailers.get("grpc-status")).isEqualTo("2");
		assertThat(trailers.get("grpc-message")).isEqualTo("plain error");
		assertThat(trailers.contains("grpc-status-details-bin")).isFalse();
	}

	@Test
	void faultIsInternalAndTellsNothingOfItself() {
		Metadata trailers = failure("panic");

		assertThat(trailers.get("grpc-status")).isEqualTo("13");
		assertThat(trailers.get("grpc-message")).contains("internal error, reference ")
			.doesNotContain("secret", "Exception", "at io.");
	}

	@Test
	void handlerSeesMetadataWithoutWhatIsGrpcs() {
		byte[] bytes = { 0, 1, (byte) 0xff };
		try (GrpcCaller caller = call("Hello", "x-foo", "bar", "trace-bin", Headers.binary(bytes), "timeout",
				"5000000000", "x-content-type", "application/json", "grpc-timeout", "5S")
			.send("{}")
			.end()) {
			caller.next();
		}
		Metadata metadata = this.say.call.metadata();
		assertThat(metadata.get("X-Foo")).isEqualTo("bar");
		assertThat(Headers.binary(String.valueOf(metadata.get("trace-bin")))).isEqualTo(bytes);
		assertThat(metadata.get("content-type")).isEqualTo("application/grpc+json");
		assertThat(metadata.get("Remote")).isNotEmpty();
		assertThat(metadata.names()).doesNotContain("te", "timeout", "x-content-type", "grpc-timeout", ":path",
				":protocol", ":method", "Local");
	}

	@Test
	void handlerSetsHeadersAndTrailers() {
		try (GrpcCaller caller = call("Headers").send("{}").end()) {
			Metadata opening = caller.next().headers();
			assertThat(opening.get("x-header")).isEqualTo("h");
			caller.next();
			Metadata trailers = caller.trailers();
			assertThat(trailers.get("x-trailer-bin")).isEqualTo("AAE");
			assertThat(trailers.get("grpc-status")).isEqualTo("0");
		}
	}

	@Test
	void headersAndTrailersOfAHandlerThatFailsAreSentToo() {
		try (GrpcCaller caller = call("Headers").send("{\"text\":\"fail\"}").end()) {
			assertThat(caller.next().headers().get("x-header")).isEqualTo("h");
			Metadata trailers = caller.trailers();
			assertThat(trailers.get("x-trailer-bin")).isEqualTo("AAE");
			assertThat(trailers.get("grpc-status")).isEqualTo("6");
		}
	}

	@ParameterizedTest
	@CsvSource({ "application/grpc+json, '', json", "application/grpc, application/json, json",
			"application/grpc+json;charset=utf-8, '', json", "application/grpc, '', proto",
			"application/grpc+proto, application/json, proto", "application/grpc, application/grpc+proto, proto",
			"application/grpc, application/protobuf, proto", "application/grpc, application/octet-stream, proto" })
	void contentTypeChoosesTheCodec(String contentType, String requestedType, String codec) {
		try (GrpcCaller caller = requestedType.isEmpty() ? call("Twice", "content-type", contentType)
				: call("Twice", "content-type", contentType, "x-content-type", requestedType)) {
			if (codec.equals("json")) {
				caller.send("\"a\"").end().next();
				assertThat(caller.text()).isEqualTo("\"aa\"");
			}
			else {
				caller.send(StringValue.of("a")).end().next();
				assertThat(caller.next().body()).isEqualTo(StringValue.of("aa").toByteArray());
			}
		}
	}

	@Test
	void contentTypeWithoutACodecIsUnimplemented() {
		try (GrpcCaller caller = call("Hello", "content-type", "application/grpc+xml").send("<a/>").end()) {
			Metadata trailers = caller.trailers();
			assertThat(trailers.get("grpc-status")).isEqualTo("12");
			assertThat(trailers.get("grpc-message")).startsWith("Unsupported Content-Type: application/grpc+xml");
		}
	}

	@Test
	void bodyThatDoesNotDecodeIsAnInvalidArgument() {
		try (GrpcCaller caller = call("Hello").send("{\"text\":").end()) {
			Metadata trailers = caller.trailers();
			assertThat(trailers.get("grpc-status")).isEqualTo("3");
			assertThat(trailers.get("grpc-message")).contains("go.micro.codec");
		}
	}

	@Test
	void unaryCallTakesOneMessageNoMoreAndNoLess() {
		try (GrpcCaller none = call("Hello").end();
				GrpcCaller two = call("Sleep").send("{\"text\":\"a\"}").send("{\"text\":\"b\"}").end()) {
			assertThat(none.trailers().get("grpc-message")).contains("takes one message, and none came");
			assertThat(two.trailers().get("grpc-message")).contains("takes one message, and another came");
		}
	}

	@Test
	void answerOverTheLimitIsAFault() {
		try (GrpcCaller caller = call("Large").send("{}").end()) {
			Metadata trailers = caller.trailers();
			assertThat(trailers.get("grpc-status")).isEqualTo("13");
			assertThat(trailers.get("grpc-message")).contains("over the limit");
		}
	}

	@Test
	void handlerCompressesWhatTheCallerCanRead() {
		try (GrpcCaller able = call("Compress", "grpc-accept-encoding", "identity, gzip").send("{}").end();
				GrpcCaller unable = call("Compress", "grpc-accept-encoding", "identity").send("{}").end()) {
			assertThat(able.next().header("grpc-encoding")).isEqualTo("gzip");
			assertThat(able.next().header(Headers.COMPRESSED)).isEqualTo("true");
			assertThat(able.next().header(Headers.COMPRESSED)).isNotEqualTo("true");
			assertThat(unable.next().headers().contains("grpc-encoding")).isFalse();
			assertThat(unable.text()).contains("xxxx");
		}
	}

	@Test
	void stoppingServerTellsItsStreams() {
		GrpcCaller caller = call("Wait").send("{\"text\":\"a\"}");
		assertThat(this.say.received).succeedsWithin(PATIENCE);

		this.server.close();

		assertThat(caller.trailers().get("grpc-status")).isEqualTo("14");
		assertThat(this.say.over).succeedsWithin(PATIENCE);
	}

	@Test
	void headersOfGrpcAreNotTheHandlersToSet() {
		try (GrpcCaller caller = call("Hello").send("{}").end()) {
			caller.next();
		}
		for (String name : List.of("grpc-status", "Grpc-Message", ":status", "content-type", "micro-error")) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.say.call.responseTrailer(name, "0"));
			assertThatIllegalArgumentException().isThrownBy(() -> this.say.call.responseHeader(name, "0"));
		}
	}

	private Metadata failure(String name, String... headers) {
		try (GrpcCaller caller = call("Hello", headers).send("{\"text\":\"" + name + "\"}").end()) {
			return caller.trailers();
		}
	}

	private static Status details(Metadata trailers) throws Exception {
		return Status.parseFrom(Base64.getDecoder().decode(trailers.get("grpc-status-details-bin")));
	}

	private GrpcCaller call(String method, String... headers) {
		return open("/go.micro.srv.greeter.Say/" + method, headers);
	}

	private GrpcCaller open(String path, String... headers) {
		return GrpcCaller.open(this.transport, this.server.address(), path, headers);
	}

}

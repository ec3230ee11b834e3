package io.microspring.codec;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.List;

import com.google.protobuf.StringValue;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

class CodecsTest {

	private static final Codecs CODECS = Codecs.defaults();

	@ParameterizedTest
	@ValueSource(strings = { "application/json", "Application/JSON", "application/json; charset=utf-8",
			"application/json;charset=\"UTF-8\" ; x=y", " APPLICATION/JSON ;" })
	void caseAndParametersOfAContentTypeArePassedOver(String contentType) {
		assertThat(CODECS.find(contentType)).isSameAs(Codec.json());
		assertThat(Codecs.enveloped(contentType)).isEqualTo(Codecs.JSON_RPC);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", ";", "json", "application/jsonx", "application/xml", "*/*" })
	void otherContentTypesHaveNoCodec(String contentType) {
		assertThat(CODECS.find(contentType)).isNull();
		assertThat(CODECS.unsupported("greeter", contentType)).satisfies((ex) -> {
			assertThat(ex.code()).isEqualTo(415);
			assertThat(ex.detail()).startsWith("Unsupported Content-Type: " + contentType + "; supported are ")
				.contains("application/protobuf, application/json", "text/plain", "application/json-rpc2");
		});
	}

	@ParameterizedTest
	@CsvSource(nullValues = "-", delimiter = '|',
			value = { "- | application/json | application/json", "*/* | application/json | application/json",
					"'' | application/json | application/json",
					"*/* | Application/JSON; charset=latin1 | application/json",
					"application/protobuf | application/json | application/protobuf",
					"APPLICATION/PROTOBUF ; v=1 | application/json | application/protobuf",
					"application/json, application/protobuf | application/protobuf | application/protobuf",
					"application/json, text/plain, */* | application/json | application/json",
					"application/json,*/*;q=0.1 | application/json; charset=utf-8 | application/json",
					"application/json;q=0.5, application/protobuf | application/json | application/protobuf",
					"application/json, application/protobuf;q=0.9 | application/protobuf | application/json",
					"application/*;q=0.1, application/json | application/protobuf | application/json",
					"application/*, application/json;q=0.1 | application/json | application/protobuf",
					"*/*, application/json;q=0 | application/json | application/protobuf",
					"text/html, application/xml;q=0.9, */*;q=0.8 | application/json | application/json",
					"text/html, application/json;q=nonsense | application/json | application/json",
					"text/html | application/json | -", "application/json;q=0 | application/json | -",
					"application/octet-stream | application/json | -", "text/plain | application/json | -",
					"application/json-rpc | application/json | -", "application/grpc | application/json | -",
					", ,;;,/ | application/json | -", "*/json | application/json | -" })
	void answerIsWhatItsCallerAcceptsAndCanHoldIt(@Nullable String accept, String own, @Nullable String answer) {
		assertThat(CODECS.answer(accept, own, StringValue.class)).isEqualTo(answer);
	}

	@Test
	void answerThatTheRequestsTypeCannotHoldIsAnotherThatIsAccepted() {
		assertThat(CODECS.answer(null, Codecs.TEXT, String.class)).isEqualTo(Codecs.TEXT);
		assertThat(CODECS.answer(null, Codecs.TEXT, Person.class)).isEqualTo(Codecs.JSON);
		assertThat(CODECS.answer("*/*", Codecs.PROTOBUF, Person.class)).isEqualTo(Codecs.JSON);
		assertThat(CODECS.answer(Codecs.PROTOBUF, Codecs.PROTOBUF, Person.class)).isNull();
		assertThat(CODECS.answer(null, Codecs.PROTOBUF, void.class)).isEqualTo(Codecs.PROTOBUF);
		assertThat(CODECS.answer(null, Codecs.BYTES, Object.class)).isEqualTo(Codecs.BYTES);
		assertThat(CODECS.unacceptable("greeter", "text/html", Person.class)).satisfies((ex) -> {
			assertThat(ex.code()).isEqualTo(406);
			assertThat(ex.detail()).isEqualTo("The answer cannot be text/html; it can be application/json");
		});
	}

	@Test
	void acceptOfAnyLengthIsReadSoon() {
		for (String part : List.of("a/b,", "a/b;q=0.5;", ",", ";", "*/*;q=0.0000000000001,", "q=1,")) {
			String header = part.repeat((1 << 20) / part.length());
			assertTimeoutPreemptively(java.time.Duration.ofSeconds(5),
					() -> CODECS.answer(header, Codecs.JSON, Person.class));
		}
	}

	@Test
	void codecIsAddedByTheContentTypesItNames() {
		Codec shout = new Shout(List.of("text/x-shout", "text/shout"));

		Codecs codecs = CODECS.with(shout).with("Application/X", shout).with(shout.under("text/PLAIN"));

		assertThat(codecs.find("text/shout")).isSameAs(shout);
		assertThat(codecs.find("TEXT/x-shout; loud")).isSameAs(shout);
		assertThat(codecs.find("application/x")).isSameAs(shout);
		Codec plain = codecs.find("text/plain");
		assertThat(plain).isNotNull().isNotSameAs(Codec.text());
		assertThat(new String(plain.write(Codec.Header.of(Codec.Kind.EVENT), "a").body(), StandardCharsets.UTF_8))
			.isEqualTo("A");
		assertThat(codecs.answer("text/shout", Codecs.JSON, String.class)).isEqualTo("text/shout");
		assertThat(CODECS.find("text/shout")).isNull();
		assertThatIllegalArgumentException().isThrownBy(() -> CODECS.with(new Shout(List.of())))
			.withMessageContaining("shout names no content type");
	}

	@Test
	void mapperIsTakenByEveryCodecThatUsesOne() {
		JsonMapper mapper = JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

		Codecs codecs = CODECS.withMapper(mapper);

		for (String contentType : List.of(Codecs.JSON, Codecs.JSON_RPC, Codecs.JSON_RPC2, Codecs.GRPC_JSON)) {
			Codec codec = codecs.find(contentType);
			assertThat(codec).isNotNull();
			byte[] body = codec.write(Codec.Header.of(Codec.Kind.RESPONSE), new Person("A")).body();
			assertThat(new String(body, StandardCharsets.UTF_8)).as(contentType).contains("{\"full_name\":\"A\"}");
		}
		assertThat(codecs.find(Codecs.PROTOBUF)).isSameAs(Codec.proto());
		assertThat(codecs.find(Codecs.GRPC)).isSameAs(codecs.find(Codecs.GRPC_PROTO)).isSameAs(Codec.grpc());
	}

	record Person(String fullName) {
	}

	/** Text in capitals. */
	private record Shout(List<String> contentTypes) implements Codec {

		@Override
		public String name() {
			return "shout";
		}

		@Override
		public boolean handles(Type type) {
			return type == String.class;
		}

		@Override
		public Message write(Header header, @Nullable Object body) {
			String text = String.valueOf(body).toUpperCase(java.util.Locale.ROOT);
			return new Message(Metadata.empty(), text.getBytes(StandardCharsets.UTF_8));
		}

		@Override
		public Incoming read(Kind kind, Message message) {
			throw MicroException.badRequest("go.micro.codec", "nobody shouts back");
		}

	}

}

package io.microspring.broker;

import java.nio.charset.StandardCharsets;

import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class EnvelopeTest {

	@Test
	void isWrittenAsGoWritesIt() {
		Message message = message(Metadata.of("b", "2", "Content-Type", "application/json"), "{\"id\":\"1\"}");
		assertThat(text(Envelope.encode(message))).isEqualTo(
				"{\"Header\":{\"Content-Type\":\"application/json\",\"b\":\"2\"},\"Body\":\"eyJpZCI6IjEifQ==\"}");
	}

	@Test
	void emptyBodyIsNull() {
		assertThat(text(Envelope.encode(Message.of(Metadata.empty())))).isEqualTo("{\"Header\":{},\"Body\":null}");
	}

	@Test
	void comesBackAsItWas() {
		byte[] everyByte = new byte[100_000];
		for (int i = 0; i < everyByte.length; i++) {
			everyByte[i] = (byte) i;
		}
		Message message = new Message(Metadata.of("Content-Type", "a/b", "naïve \"key\"", "läßt\ngrüßen <&>"),
				everyByte);
		assertThat(Envelope.decode(Envelope.encode(message))).isEqualTo(message);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "{\"Header\":null,\"Body\":null}", "{\"Header\":{},\"Body\":\"\"}",
			"{\"Other\":{\"Body\":\"AA==\"}}", " {\"body\" : null } " })
	void nothingIsNoHeadersAndNoBody(String json) {
		assertThat(decode(json)).isEqualTo(Message.of(Metadata.empty()));
	}

	@Test
	void namesAreAcceptedInAnyCase() {
		assertThat(decode("{\"body\":\"aGk=\",\"HEADER\":{\"a\":\"1\"}}"))
			.isEqualTo(message(Metadata.of("a", "1"), "hi"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "null", "[]", "\"Body\"", "{", "{\"Body\":\"aGk=\"", "{\"Body\":\"a*k=\"}",
			"{\"Body\":[1,2]}", "{\"Body\":7}", "{\"Header\":[]}", "{\"Header\":{\"a\":1}}",
			"{\"Header\":{\"a\":{\"b\":\"c\"}}}", "{} {}", "hello" })
	void whatIsNoEnvelopeIsRefused(String json) {
		assertThatIllegalArgumentException().isThrownBy(() -> decode(json))
			.withMessageStartingWith("Not a message envelope");
	}

	@Test
	void thousandsOfHeadersAreRefused() {
		StringBuilder json = new StringBuilder("{\"Header\":{\"h\":\"\"");
		for (int i = 0; i < 1000; i++) {
			json.append(",\"h").append(i).append("\":\"\"");
		}
		assertThatIllegalArgumentException().isThrownBy(() -> decode(json + "}}"))
			.withMessageContaining("more than 1000 headers");
	}

	private static Message decode(String json) {
		return Envelope.decode(json.getBytes(StandardCharsets.UTF_8));
	}

	private static Message message(Metadata headers, String body) {
		return new Message(headers, body.getBytes(StandardCharsets.UTF_8));
	}

	private static String text(byte[] json) {
		return new String(json, StandardCharsets.UTF_8);
	}

}

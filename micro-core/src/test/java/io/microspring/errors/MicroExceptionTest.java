package io.microspring.errors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class MicroExceptionTest {

	@Test
	void textIsGoMicrosJson() {
		assertThat(MicroException.notFound("go.micro.x", "a 1").toText())
			.isEqualTo("{\"id\":\"go.micro.x\",\"code\":404,\"detail\":\"a 1\",\"status\":\"Not Found\"}");
	}

	@Test
	void textIsAsciiOnOneLineAndReadsBackAsItWas() {
		String detail = "bäd <thing> \"x\"\r\n\t\u0000 安 \uD83D\uDE00";

		String text = MicroException.badRequest("my.id", detail).toText();

		assertThat(text).matches("[\\x20-\\x7e]+");
		assertThat(MicroException.parse(text).detail()).isEqualTo(detail);
	}

	@Test
	void textOfGoReadsWithItsEscapes() {
		MicroException error = MicroException.parse(
				"{\"id\":\"my.id\",\"code\":400,\"detail\":\"bad \\u003cthing\\u003e x\",\"status\":\"Bad Request\"}");

		assertThat(error.id()).isEqualTo("my.id");
		assertThat(error.code()).isEqualTo(400);
		assertThat(error.detail()).isEqualTo("bad <thing> x");
		assertThat(error.status()).isEqualTo("Bad Request");
		assertThat(error.isPlain()).isFalse();
	}

	@Test
	void keysThatGoLeftOutHaveTheirDefaults() {
		MicroException detailOnly = MicroException.parse("{\"detail\":\"only detail\"}");
		assertThat(detailOnly.id()).isEmpty();
		assertThat(detailOnly.code()).isEqualTo(500);
		assertThat(detailOnly.detail()).isEqualTo("only detail");
		assertThat(detailOnly.isPlain()).isFalse();

		MicroException codeOnly = MicroException.parse("{\"code\":404}");
		assertThat(codeOnly.code()).isEqualTo(404);
		assertThat(codeOnly.detail()).isEmpty();
		assertThat(codeOnly.status()).isEqualTo("Not Found");
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "plain text", "", "{", "{no json", "{\"foo\":1}", "[1]", "404", "rpc: can't find method X" })
	void everythingElseIsAPlainError(String text) {
		MicroException error = MicroException.parse(text);

		assertThat(error.isPlain()).isTrue();
		assertThat(error.id()).isEmpty();
		assertThat(error.code()).isEqualTo(500);
		assertThat(error.detail()).isEqualTo(text);
		assertThat(error.toText()).isEqualTo(text);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"code\":\"x\",\"detail\":\"d\"}", "{\"code\":null,\"detail\":\"d\",\"id\":null}",
			"{\"code\":99999999999,\"detail\":\"d\",\"status\":{}}", "{\"code\":[],\"detail\":\"d\",\"id\":[1]}" })
	void valuesOfTheWrongTypeHaveTheirDefaults(String text) {
		MicroException error = MicroException.parse(text);

		assertThat(error.code()).isEqualTo(500);
		assertThat(error.detail()).isEqualTo("d");
		assertThat(error.id()).isEmpty();
	}

	@Test
	void hostileTextIsAPlainError() {
		String text = "{\"detail\":".repeat(100_000);

		assertThat(MicroException.parse(text).isPlain()).isTrue();
	}

	@Test
	void plainTextHasNoControlCharacters() {
		assertThat(MicroException.plain("a\r\nMicro-Id: 1\u0000b\tc").toText()).isEqualTo("a  Micro-Id: 1 b c");
	}

	@Test
	void causeStaysOnThisSide() {
		IllegalStateException cause = new IllegalStateException("secret");

		MicroException error = MicroException.internalServerError("my.id", "failed").because(cause);

		assertThat(error).hasCause(cause).hasMessage("my.id: failed (500)");
		assertThat(error.toText()).doesNotContain("secret");
		assertThat(MicroException.plain("p").because(cause).isPlain()).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "400, Bad Request", "401, Unauthorized", "403, Forbidden", "404, Not Found", "405, Method Not Allowed",
			"408, Request Timeout", "409, Conflict", "429, Too Many Requests", "500, Internal Server Error",
			"503, Service Unavailable", "799, ''" })
	void statusIsGosPhraseOfTheCode(int code, String phrase) {
		assertThat(MicroException.of("x", code, "").status()).isEqualTo(phrase);
	}

	@Test
	void constructorsHaveTheirCodes() {
		assertThat(MicroException.badRequest("x", "").code()).isEqualTo(400);
		assertThat(MicroException.unauthorized("x", "").code()).isEqualTo(401);
		assertThat(MicroException.forbidden("x", "").code()).isEqualTo(403);
		assertThat(MicroException.notFound("x", "").code()).isEqualTo(404);
		assertThat(MicroException.methodNotAllowed("x", "").code()).isEqualTo(405);
		assertThat(MicroException.timeout("x", "").code()).isEqualTo(408);
		assertThat(MicroException.conflict("x", "").code()).isEqualTo(409);
		assertThat(MicroException.internalServerError("x", "").code()).isEqualTo(500);
	}

}

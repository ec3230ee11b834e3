package io.microspring.transport;

import java.io.IOException;

import io.microspring.transport.RawConnection.Raw;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests that two readers may cut differently (RFC 9112 §11.2): whatever stands behind
 * such a one is not taken for a request of its own.
 */
class HttpSmugglingTest {

	private static final String HIDDEN = "POST /hidden HTTP/1.1\r\nContent-Length: 0\r\n\r\n";

	private final RecordingServer server = new RecordingServer(RecordingServer.options());

	@AfterEach
	void close() {
		this.server.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "Content-Length: 1\nContent-Length: 2", "Content-Length: 1, 2", "Content-Length: +1",
			"Content-Length: 1 1", "Content-Length: 0x1", "Content-Length : 1", "Content-Length\u00a0: 1",
			"Content-Length: 1\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\nContent-Length: 1",
			"Transfer-Encoding: chunked\nTransfer-Encoding: identity", "Transfer-Encoding: identity",
			"Transfer-Encoding: xchunked", "Transfer-Encoding: chunked, identity", "Transfer-Encoding : chunked",
			"Transfer-Encoding:\u000bchunked", "X: a\rTransfer-Encoding: chunked", "X: a\u0000b", "X\u0000: a",
			": nameless", "X\n : a" })
	void headersThatSayTwoThingsAreRefused(String headers) throws IOException {
		assertRefused("POST /seen HTTP/1.1\r\nHost: a\r\n" + headers.replace("\n", "\r\n") + "\r\n\r\n" + HIDDEN);
	}

	@ParameterizedTest
	@ValueSource(strings = { "-1\n", "+1\n", "0x1\n", " 1 1\n", "g\n", "\n", "fffffffff\n", "7fffffffffffffff1\n",
			"1\na2\n", "1\nabc\n0\n\n", "1;\u0000=b\na\n" })
	void chunksThatCannotBeAreRefused(String chunks) throws IOException {
		assertRefused("POST /seen HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
				+ chunks.replace("\n", "\r\n") + HIDDEN);
	}

	@ParameterizedTest
	@ValueSource(strings = { "POST /seen HTTP/1.1\nHost: a\n\n",
			"POST /seen HTTP/1.1\r\nX: a\nContent-Length: 5\r\n\r\n",
			"POST /seen HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\na\n0\n\n", "POST /seen HTTP/1.1 \r\n\r\n",
			"POST /se en HTTP/1.1\r\n\r\n", "POST /seen HTTP/1.1\r\r\n\r\n", "\u0000POST /seen HTTP/1.1\r\n\r\n",
			"P\u0000ST /seen HTTP/1.1\r\n\r\n", "POST /seen HTTP/9.9\r\n\r\n" })
	void linesThatAreNoneAreRefused(String request) throws IOException {
		assertRefused(request + HIDDEN);
	}

	private void assertRefused(String request) throws IOException {
		try (RawConnection client = this.server.dial()) {
			Raw answer = client.write(request).read();
			assertThat(answer.start()).matches("HTTP/1.1 (400|431|505) .*");
			assertThat(answer.body()).contains("\"id\":\"go.micro.transport\"").doesNotContain("\tat ");
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(this.server.received).isEmpty();
	}

}

package io.microspring.server;

import io.microspring.message.Metadata;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RequestHeadTest {

	@Test
	void headersAreReadInAnyCase() {
		RequestHead head = RequestHead
			.of(Metadata.of(":path", "/", "connection", "Close", "CONTENT-TYPE", "a/b", "timeout", "7", "micro-id", "1",
					"MICRO-SERVICE", "s", "Micro-endpoint", "E.M", "micro-Method", "E.N", "micro-stream", "9",
					"micro-topic", "t", "micro-target", "x", "micro-protocol", "p", "micro-error", "EOS"));

		assertThat(head.path).isEqualTo("/");
		assertThat(head.connection).isEqualTo("Close");
		assertThat(head.contentType).isEqualTo("a/b");
		assertThat(head.timeout).isEqualTo("7");
		assertThat(head.id).isEqualTo("1");
		assertThat(head.service).isEqualTo("s");
		assertThat(head.endpoint).isEqualTo("E.M");
		assertThat(head.method).isEqualTo("E.N");
		assertThat(head.stream).isEqualTo("9");
		assertThat(head.topic).isEqualTo("t");
		assertThat(head.target).isEqualTo("x");
		assertThat(head.protocol).isEqualTo("p");
		assertThat(head.error).isEqualTo("EOS");
		assertThat(head.key()).isEqualTo("9");
	}

	@Test
	void ownFormCountsBeforeItsFallbackInWhicheverOrder() {
		RequestHead before = RequestHead.of(Metadata.of("Micro-Endpoint", "own", "X-Micro-Endpoint", "other"));
		RequestHead behind = RequestHead.of(Metadata.of("X-Micro-Endpoint", "other", "Micro-Endpoint", "own"));
		RequestHead alone = RequestHead.of(Metadata.of("x-micro-endpoint", "other", "x-micro-stream", "3"));

		assertThat(before.endpoint).isEqualTo("own");
		assertThat(behind.endpoint).isEqualTo("own");
		assertThat(alone.endpoint).isEqualTo("other");
		assertThat(alone.key()).isEqualTo("3");
	}

	@Test
	void whatHasNoFallbackIsReadUnderItsOwnNameOnly() {
		RequestHead head = RequestHead.of(Metadata.of("X-Micro-Id", "1", "X-Micro-Error", "EOS"));

		assertThat(head.id).isNull();
		assertThat(head.error).isNull();
		assertThat(head.key()).isEmpty();
		assertThat(head.micro).isTrue();
	}

	@Test
	void otherHeadersSayNothing() {
		RequestHead head = RequestHead.of(Metadata.of("Micro-From-Service", "a", "Micro", "b", "X-Micro", "c", "Id",
				"d", "Micro-Idx", "e", "Content-Typo", "f", "Microscope-Id", "g"));

		assertThat(head.id).isNull();
		assertThat(head.contentType).isNull();
		assertThat(head.service).isNull();
		assertThat(RequestHead.of(Metadata.of("Microscope", "a", "X-Microscope", "b")).micro).isFalse();
	}

}

package io.microspring.broker;

import java.nio.charset.StandardCharsets;

import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What stands in the headers of a dead letter. */
class DeadLetterTest {

	@Test
	void reasonIsOneLineAndNotTooLong() {
		assertThat(reason("first\r\nsecond" + "x".repeat(1000)))
			.startsWith("java.lang.IllegalStateException: first second")
			.hasSize(500);
	}

	@Test
	void reasonInAnyAlphabetIsNotTooLongForAnyBroker() {
		assertThat(reason("\ud800" + "\u8a9e".repeat(400))).startsWith("java.lang.IllegalStateException: ?\u8a9e")
			.matches((text) -> text.getBytes(StandardCharsets.UTF_8).length <= 500)
			.doesNotContain("\ufffd");
	}

	private static String reason(String text) {
		DeadLetter letter = new DeadLetter("topic", Message.of(Metadata.empty()), new IllegalStateException(text), 1);
		return String.valueOf(letter.message("q").header(Headers.DEAD_LETTER_REASON));
	}

}

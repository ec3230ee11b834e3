package io.microspring.broker;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

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

	@Test
	void headersThatAreTooManyAreLeftOutAndTheBodyOnlyWhereItMustBe() {
		List<Message> dead = new ArrayList<>();
		try (Broker broker = Broker.memory()) {
			broker.subscribe("dead", SubscribeOptions.defaults().withDirect(true),
					(event) -> dead.add(event.message()));
			Broker small = new DeliveriesTest.Refusing(broker, (message) -> {
				if (message.body().length > 3 || message.headers().size() > 5) {
					throw BrokerException.refused("too much", null);
				}
			});
			for (int size : new int[] { 3, 4 }) {
				Message full = new Message(Metadata.of("Content-Type", "text/plain", "X-Kind", "poor"), new byte[size]);
				DeadLetter letter = new DeadLetter("topic", full, new IllegalStateException("x".repeat(1000)), 1);
				assertThat(new DeadLetters(small, "dead", "q").bury(letter, 1)).isNull();
			}
		}
		assertThat(dead).extracting((letter) -> letter.body().length).containsExactly(3, 0);
		assertThat(dead).extracting((letter) -> letter.header("Content-Type")).containsExactly("text/plain", null);
		assertThat(dead).extracting((letter) -> letter.header("X-Kind")).containsOnlyNulls();
		assertThat(reason(dead.get(0))).hasSize(500).contains("xxx (its 2 headers are left out");
		assertThat(reason(dead.get(1))).hasSize(500).contains("xxx (its 2 headers and 4 bytes are left out");
	}

	private static String reason(Message letter) {
		return String.valueOf(letter.header(Headers.DEAD_LETTER_REASON));
	}

	private static String reason(String text) {
		DeadLetter letter = new DeadLetter("topic", Message.of(Metadata.empty()), new IllegalStateException(text), 1);
		return reason(letter.message("q"));
	}

}

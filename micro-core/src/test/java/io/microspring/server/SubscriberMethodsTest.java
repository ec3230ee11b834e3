package io.microspring.server;

import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.UnreadableMessageException;
import io.microspring.call.UnsupportedSignatureException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.server.SubscriberFunction.Delivery;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a method may take of a message.
 */
class SubscriberMethodsTest {

	private static final Metadata HEADERS = Metadata.of("X-Kind", "DAILY", "X-Count", "3", "X-Share", "0.5", "X-Paid",
			"true");

	private final Methods methods = new Methods();

	@Test
	void aMethodTakesPartsOfAMessageInAnyOrder() throws Exception {
		Event event = event(HEADERS);

		handle("all", event, "payload");

		assertThat(this.methods.received).containsExactly(Kind.DAILY, event, "payload", HEADERS, 3, event.message());
		assertThat(subscriber("all").payloadType()).isEqualTo(String.class);
		assertThat(subscriber("all").name()).isEqualTo("Methods.All");
	}

	@Test
	void headersAreConverted() throws Exception {
		handle("headers", event(HEADERS), null);

		assertThat(this.methods.received).containsExactly("DAILY", 3L, 0.5, true, null);
		assertThat(subscriber("headers").payloadType()).isEqualTo(Message.class);
	}

	@Test
	void aPayloadThatABaseClassLeavesOpenIsDecodedToWhatItStandsFor() {
		assertThat(subscriber("generic").payloadType()).isEqualTo(Integer.class);
	}

	@ParameterizedTest
	@ValueSource(strings = { "X-Kind=WEEKLY", "X-Count=many", "X-Paid=perhaps" })
	void aHeaderThatCannotBeReadMakesAMessageUnreadable(String header) {
		String[] parts = header.split("=");
		Metadata headers = HEADERS.with(parts[0], parts[1]);

		assertThatExceptionOfType(UnreadableMessageException.class)
			.isThrownBy(() -> handle("strict", event(headers), null))
			.withMessageContaining(parts[0])
			.withMessageNotContaining(parts[1]);
	}

	@Test
	void aHeaderThatIsNotThereMakesAMessageUnreadable() {
		assertThatExceptionOfType(UnreadableMessageException.class)
			.isThrownBy(() -> handle("strict", event(HEADERS.without("X-Paid")), null))
			.withMessage("the header X-Paid is not there");
	}

	@ParameterizedTest
	@ValueSource(strings = { "nothing", "answer", "twoPayloads" })
	void anotherSignatureIsRefusedWithThoseThereAre(String method) {
		assertThatExceptionOfType(UnsupportedSignatureException.class).isThrownBy(() -> subscriber(method))
			.withMessageContaining("Methods." + method + "(")
			.withMessageContaining(SubscriberMethods.SUPPORTED);
	}

	@Test
	void aHeaderOfAnotherTypeIsRefused() {
		assertThatExceptionOfType(UnsupportedSignatureException.class).isThrownBy(() -> subscriber("listHeader"))
			.withMessageContaining("the header X-Kind cannot be a java.util.List");
		assertThatExceptionOfType(UnsupportedSignatureException.class).isThrownBy(() -> subscriber("optionalInt"))
			.withMessageContaining("the header X-Count may not be there, which no int can say");
	}

	private void handle(String method, Event event, @Nullable Object payload) throws Exception {
		Subscriber subscriber = subscriber(method);
		subscriber.function().handle(new Delivery(subscriber, payload, event));
	}

	private Subscriber subscriber(String name) {
		Method method = Arrays.stream(Methods.class.getMethods())
			.filter((candidate) -> candidate.getName().equals(name) && !candidate.isBridge())
			.findFirst()
			.orElseThrow();
		return Subscriber.of("news", SubscribeOptions.defaults(), this.methods, method);
	}

	private static Event event(Metadata headers) {
		Message message = new Message(headers, "body".getBytes(StandardCharsets.UTF_8));
		return new Event() {

			@Override
			public String topic() {
				return "news";
			}

			@Override
			public Message message() {
				return message;
			}

			@Override
			public void ack() {
			}

		};
	}

	enum Kind {

		DAILY

	}

	static class Base<T> {

		public void generic(T payload) {
		}

	}

	static class Methods extends Base<Integer> {

		private final List<@Nullable Object> received = new CopyOnWriteArrayList<>();

		public void all(@MicroHeader("x-kind") Kind kind, Event event, String payload, Metadata headers,
				@MicroHeader("X-Count") int count, Message message) {
			this.received.addAll(Arrays.asList(kind, event, payload, headers, count, message));
		}

		public void headers(@MicroHeader("X-Kind") String kind, @MicroHeader("X-Count") Long count,
				@MicroHeader("X-Share") double share, @MicroHeader("X-Paid") boolean paid,
				@MicroHeader(value = "X-None", required = false) @Nullable String none) {
			this.received.addAll(Arrays.asList(kind, count, share, paid, none));
		}

		public void strict(@MicroHeader("X-Kind") Kind kind, @MicroHeader("X-Count") int count,
				@MicroHeader("X-Paid") boolean paid) {
		}

		public void nothing() {
		}

		public String answer(String payload) {
			return payload;
		}

		public void twoPayloads(String one, String two) {
		}

		public void listHeader(@MicroHeader("X-Kind") List<String> kind) {
		}

		public void optionalInt(@MicroHeader(value = "X-Count", required = false) int count) {
		}

	}

}

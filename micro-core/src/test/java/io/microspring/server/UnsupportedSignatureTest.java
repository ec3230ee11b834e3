package io.microspring.server;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

import io.microspring.call.MicroEndpoint;
import io.microspring.call.Stream;
import io.microspring.call.UnsupportedSignatureException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Methods that cannot be endpoints are refused when the handler is made, and the error
 * says which they are and what can be.
 */
class UnsupportedSignatureTest {

	@ParameterizedTest
	@ValueSource(classes = { TwoRequests.class, CallFirst.class, TwoCalls.class, AnswerBesideStream.class,
			StreamReturned.class, PublisherForAValue.class, MonoRequest.class, FutureRequest.class, NothingAtAll.class,
			RequestBehindStream.class, BadName.class, BadMetadata.class })
	void unsupportedSignatureIsRefusedByName(Class<?> type) throws ReflectiveOperationException {
		Object bean = type.getDeclaredConstructor().newInstance();

		assertThatExceptionOfType(UnsupportedSignatureException.class).isThrownBy(() -> Handler.of(bean))
			.withMessageContaining(type.getName() + ".call(")
			.satisfies((ex) -> assertThat(ex.method().getName()).isEqualTo("call"))
			.satisfies((ex) -> {
				if (type != BadName.class && type != BadMetadata.class) {
					assertThat(ex).hasMessageContaining(HandlerMethods.SUPPORTED);
				}
			});
	}

	public record Text(String text) {
	}

	static class TwoRequests {

		public Text call(Text one, Text two) {
			return one;
		}

	}

	static class CallFirst {

		public Text call(Call call, Text text) {
			return text;
		}

	}

	static class TwoCalls {

		public Text call(Text text, Call one, Call two) {
			return text;
		}

	}

	static class AnswerBesideStream {

		public Text call(Text text, Stream<Text, Text> stream) {
			return text;
		}

	}

	static class StreamReturned {

		public Stream<Text, Text> call(Text text) {
			return null;
		}

	}

	static class PublisherForAValue {

		public Text call(Flow.Publisher<Text> texts) {
			return null;
		}

	}

	static class MonoRequest {

		public Text call(Mono<Text> text) {
			return null;
		}

	}

	static class FutureRequest {

		public Text call(CompletableFuture<Text> text) {
			return null;
		}

	}

	static class NothingAtAll {

		public void call() {
		}

	}

	static class RequestBehindStream {

		public void call(Stream<Text, Text> stream, Text text) {
		}

	}

	static class BadName {

		@MicroEndpoint(name = "Say.Hello")
		public Text call(Text text) {
			return text;
		}

	}

	static class BadMetadata {

		@MicroEndpoint(metadata = "nothing")
		public Text call(Text text) {
			return text;
		}

	}

}

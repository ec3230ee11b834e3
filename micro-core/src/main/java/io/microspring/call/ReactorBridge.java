package io.microspring.call;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Supplier;

import org.reactivestreams.Publisher;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Mono;

/**
 * The one class that names Reactor; loaded only where Reactor is there.
 */
final class ReactorBridge {

	private ReactorBridge() {
	}

	static boolean isMono(Class<?> type) {
		return Mono.class.isAssignableFrom(type);
	}

	static boolean isPublisher(Class<?> type) {
		return Publisher.class.isAssignableFrom(type);
	}

	@SuppressWarnings("unchecked")
	static Flow.Publisher<Object> toFlow(Object publisher) {
		return JdkFlowAdapter.publisherToFlowPublisher((Publisher<Object>) publisher);
	}

	static Object toFlux(Flow.Publisher<Object> publisher) {
		return JdkFlowAdapter.flowPublisherToFlux(publisher);
	}

	static Object toMono(Supplier<? extends CompletionStage<?>> call) {
		return Mono.fromCompletionStage(call);
	}

	static CompletionStage<?> toStage(Object mono) {
		return ((Mono<?>) mono).toFuture();
	}

}

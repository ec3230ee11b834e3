package io.microspring.server;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;

import io.microspring.message.Metadata;
import io.microspring.server.wire.debug.Span;
import io.microspring.server.wire.debug.SpanType;
import org.jspecify.annotations.Nullable;

/**
 * The last calls that were answered. Thread-safe. go-micro: {@code debug/trace} in memory
 * with the handler wrapper that feeds it.
 */
final class RecentCalls implements HandlerInterceptor {

	/** go-micro's own (v2), and the standard's. */
	private static final String TRACE = "Micro-Trace-Id";

	private static final String PARENT = "Micro-Span-Id";

	private static final String STANDARD = "traceparent";

	private final int capacity;

	private final ReentrantLock lock = new ReentrantLock();

	private final Deque<Span> spans = new ArrayDeque<>();

	RecentCalls(int capacity) {
		this.capacity = capacity;
	}

	@Override
	public HandlerFunction apply(HandlerFunction next) {
		return (call) -> {
			Instant started = Instant.now();
			long begun = System.nanoTime();
			Object result;
			try {
				result = next.handle(call);
			}
			catch (Exception | Error ex) {
				ended(call, started, begun, ex);
				throw ex;
			}
			if (result instanceof CompletionStage<?> stage) {
				return stage.whenComplete((value, failure) -> ended(call, started, begun, failure));
			}
			ended(call, started, begun, null);
			return result;
		};
	}

	private void ended(Call call, Instant started, long begun, @Nullable Throwable failure) {
		Metadata metadata = call.metadata();
		String[] standard = metadata.getOrDefault(STANDARD, "").split("-");
		boolean known = standard.length == 4;
		Map<String, String> more = (failure == null) ? Map.of("remote", call.remote())
				: Map.of("remote", call.remote(), "error", failure.getClass().getSimpleName());
		add(Span.newBuilder()
			.setTrace(metadata.getOrDefault(TRACE, known ? standard[1] : ""))
			.setId(UUID.randomUUID().toString())
			.setParent(metadata.getOrDefault(PARENT, known ? standard[2] : ""))
			.setName(call.service() + "." + call.endpoint())
			.setStarted(started.getEpochSecond() * 1_000_000_000L + started.getNano())
			.setDuration(System.nanoTime() - begun)
			.putAllMetadata(more)
			.setType(SpanType.INBOUND)
			.build());
	}

	private void add(Span span) {
		this.lock.lock();
		try {
			if (this.spans.size() == this.capacity) {
				this.spans.removeFirst();
			}
			this.spans.addLast(span);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * The calls.
	 * @param trace the trace that they belong to; all when it is empty
	 * @return the calls, oldest first
	 */
	List<Span> spans(String trace) {
		List<Span> all;
		this.lock.lock();
		try {
			all = new ArrayList<>(this.spans);
		}
		finally {
			this.lock.unlock();
		}
		return trace.isEmpty() ? all : all.stream().filter((span) -> span.getTrace().equals(trace)).toList();
	}

}

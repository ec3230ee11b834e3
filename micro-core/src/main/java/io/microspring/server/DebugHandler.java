package io.microspring.server;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import com.google.protobuf.Message;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.server.EndpointHandler.Kind;
import io.microspring.server.RecentLog.Line;
import io.microspring.server.Server.ServerStats;
import io.microspring.server.wire.debug.HealthRequest;
import io.microspring.server.wire.debug.HealthResponse;
import io.microspring.server.wire.debug.LogRequest;
import io.microspring.server.wire.debug.Record;
import io.microspring.server.wire.debug.RecordV1;
import io.microspring.server.wire.debug.StatsRequest;
import io.microspring.server.wire.debug.StatsResponse;
import io.microspring.server.wire.debug.TraceRequest;
import io.microspring.server.wire.debug.TraceResponse;
import org.jspecify.annotations.Nullable;

/**
 * What go-micro's tools ask every service: {@code Debug.Health}, {@code Stats},
 * {@code Log} and {@code Trace} (protocol reference §5.3). go-micro:
 * {@code debug/handler}.
 */
final class DebugHandler {

	static final String NAME = "Debug";

	/** Of a log that is followed, so many of the last lines come first, as in Go. */
	private static final int LINES_BEFORE = 10;

	/** Each holds a thread. */
	private static final int MOST_FOLLOWERS = 8;

	/** What a follower has not taken yet; what is logged beyond is not sent. */
	private static final int MOST_WAITING = 1024;

	private final Instant started = Instant.now();

	private final Semaphore followers = new Semaphore(MOST_FOLLOWERS);

	private final Supplier<ServerStats> stats;

	private final @Nullable RecentLog log;

	private final @Nullable RecentCalls calls;

	DebugHandler(Supplier<ServerStats> stats, @Nullable RecentLog log, @Nullable RecentCalls calls) {
		this.stats = stats;
		this.log = log;
		this.calls = calls;
	}

	/** What everybody may know, whatever interceptors the application has. */
	List<EndpointHandler> open() {
		return List.of(unary("Health", HealthRequest.class, HealthResponse.class, (call) -> health()),
				unary("Stats", StatsRequest.class, StatsResponse.class, (call) -> stats()));
	}

	/** What tells of others: not without the application's interceptors. */
	List<EndpointHandler> guarded() {
		return List.of(new EndpointHandler("Log", LogRequest.class, Record.class, Kind.SERVER_STREAM, ExecutorMode.AUTO,
				Map.of(), this::log), unary("Trace", TraceRequest.class, TraceResponse.class, this::trace));
	}

	private static EndpointHandler unary(String name, Type request, Type response, HandlerFunction function) {
		return new EndpointHandler(name, request, response, Kind.UNARY, ExecutorMode.AUTO, Map.of(), function);
	}

	private static HealthResponse health() {
		return HealthResponse.newBuilder().setStatus("ok").build();
	}

	private StatsResponse stats() {
		ServerStats counted = this.stats.get();
		Instant now = Instant.now();
		long pauses = ManagementFactory.getGarbageCollectorMXBeans()
			.stream()
			.mapToLong(GarbageCollectorMXBean::getCollectionTime)
			.filter((millis) -> millis > 0)
			.sum();
		return StatsResponse.newBuilder()
			.setTimestamp(now.getEpochSecond())
			.setStarted(this.started.getEpochSecond())
			.setUptime(now.getEpochSecond() - this.started.getEpochSecond())
			.setMemory(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed())
			.setThreads(ManagementFactory.getThreadMXBean().getThreadCount())
			.setGc(TimeUnit.MILLISECONDS.toNanos(pauses))
			.setRequests(counted.handled())
			.setErrors(counted.failed())
			.build();
	}

	private TraceResponse trace(Call call) {
		TraceResponse.Builder response = TraceResponse.newBuilder();
		if (this.calls != null) {
			TraceRequest request = (TraceRequest) call.request();
			response.addAllSpans(this.calls.spans((request == null) ? "" : request.getId()));
		}
		return response.build();
	}

	private @Nullable Object log(Call call) throws InterruptedException {
		LogRequest request = (call.request() instanceof LogRequest wanted) ? wanted : LogRequest.getDefaultInstance();
		RecentLog source = this.log;
		if (source == null) {
			return null;
		}
		if (!request.getStream()) {
			send(call, recent(source, request, request.getCount()));
			return null;
		}
		if (!this.followers.tryAcquire()) {
			throw MicroException.of(call.service(), 429,
					"the log is followed by " + MOST_FOLLOWERS + " callers already");
		}
		BlockingQueue<Line> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
		Runnable unfollow = source.follow(waiting::offer);
		try {
			send(call, recent(source, request, (request.getCount() > 0) ? request.getCount() : LINES_BEFORE));
			while (!call.isCancelled()) {
				Line line = waiting.poll(1, TimeUnit.SECONDS);
				if (line != null) {
					send(call, List.of(line));
				}
			}
		}
		finally {
			unfollow.run();
			this.followers.release();
		}
		return null;
	}

	private static List<Line> recent(RecentLog source, LogRequest request, long most) {
		Instant since = Instant.ofEpochSecond(Math.max(0, Math.min(request.getSince(), Integer.MAX_VALUE)));
		List<Line> lines = source.lines().stream().filter((line) -> !line.time().isBefore(since)).toList();
		return (most > 0 && most < lines.size()) ? lines.subList(lines.size() - (int) most, lines.size()) : lines;
	}

	private static void send(Call call, List<Line> lines) {
		boolean v1 = isOfV1(call);
		for (Line line : lines) {
			call.stream().send(v1 ? recordOfV1(line) : record(line));
		}
	}

	/**
	 * v1 has other fields in the record of a log than its successors. Of Go's clients it
	 * alone sends a time-out with streams (protocol reference §13.1).
	 */
	private static boolean isOfV1(Call call) {
		return call.metadata().get(Headers.TIMEOUT) != null
				&& call.metadata().getOrDefault("User-Agent", "").startsWith("Go-http-client/");
	}

	private static Message record(Line line) {
		return Record.newBuilder()
			.setTimestamp(line.time().getEpochSecond())
			.putAllMetadata(line.metadata())
			.setMessage(line.text())
			.build();
	}

	private static Message recordOfV1(Line line) {
		return RecordV1.newBuilder()
			.setTimestamp(line.time().getEpochSecond())
			.setValue(line.text())
			.putAllMetadata(line.metadata())
			.build();
	}

}

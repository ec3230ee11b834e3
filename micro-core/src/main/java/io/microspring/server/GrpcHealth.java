package io.microspring.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;

import io.microspring.call.Stream;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.errors.MicroException;
import io.microspring.server.EndpointHandler.Kind;
import io.microspring.server.wire.health.HealthCheckRequest;
import io.microspring.server.wire.health.HealthCheckResponse;
import io.microspring.server.wire.health.HealthCheckResponse.ServingStatus;
import io.microspring.server.wire.health.HealthListRequest;
import io.microspring.server.wire.health.HealthListResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * gRPC's health checking protocol, as balancers and Kubernetes ask it. The server as a
 * whole is asked by the empty name or the service's; a handler by its name, with whatever
 * package before it, as it is called. All of them serve from the start of the server to
 * the beginning of its end.
 */
final class GrpcHealth {

	static final String NAME = "grpc.health.v1.Health";

	private static final Logger log = LoggerFactory.getLogger(GrpcHealth.class);

	private final RpcServer server;

	private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();

	GrpcHealth(RpcServer server) {
		this.server = server;
	}

	List<EndpointHandler> endpoints() {
		return List.of(
				new EndpointHandler("Check", HealthCheckRequest.class, HealthCheckResponse.class, Kind.UNARY,
						ExecutorMode.DIRECT, Map.of(), (call) -> check(request(call))),
				new EndpointHandler("List", HealthListRequest.class, HealthListResponse.class, Kind.UNARY,
						ExecutorMode.DIRECT, Map.of(), (call) -> list()),
				new EndpointHandler("Watch", HealthCheckRequest.class, HealthCheckResponse.class, Kind.SERVER_STREAM,
						ExecutorMode.AUTO, Map.of(), this::watch));
	}

	/**
	 * Something may have changed: those who watch are told, on other threads.
	 * @return is done when all have been told; who takes nothing holds it up
	 */
	CompletableFuture<?> changed() {
		List<CompletableFuture<?>> told = new ArrayList<>();
		for (Watcher watcher : this.watchers) {
			try {
				told.add(CompletableFuture.runAsync(watcher::tell, this.server.executor()));
			}
			catch (RejectedExecutionException ex) {
				log.debug("A watcher of {} is not told: {}", this.server.name(), ex.getMessage());
			}
		}
		return CompletableFuture.allOf(told.toArray(CompletableFuture<?>[]::new));
	}

	private static String request(Call call) {
		return ((HealthCheckRequest) Objects.requireNonNull(call.request())).getService();
	}

	private HealthCheckResponse check(String service) {
		HealthCheckResponse status = status(service);
		if (status.getStatus() == ServingStatus.SERVICE_UNKNOWN) {
			throw MicroException.plain(404, "unknown service " + service);
		}
		return status;
	}

	private HealthListResponse list() {
		HealthListResponse.Builder all = HealthListResponse.newBuilder()
			.putStatuses("", status(""))
			.putStatuses(this.server.name(), status(""));
		for (Handler handler : this.server.routes.handlers()) {
			if (!handler.internal()) {
				all.putStatuses(this.server.name() + "." + handler.name(), status(""));
			}
		}
		return all.build();
	}

	/** Holds no thread: the stream ends when its caller does, or the server. */
	private CompletableFuture<@Nullable Void> watch(Call call) {
		CompletableFuture<@Nullable Void> over = new CompletableFuture<>();
		Watcher watcher = new Watcher(request(call), call.stream());
		this.watchers.add(watcher);
		call.stream().onEnd(() -> {
			this.watchers.remove(watcher);
			over.complete(null);
		});
		watcher.tell();
		return over;
	}

	private HealthCheckResponse status(String service) {
		ServingStatus status = this.server.isServing() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
		return HealthCheckResponse.newBuilder()
			.setStatus(isKnown(service) ? status : ServingStatus.SERVICE_UNKNOWN)
			.build();
	}

	private boolean isKnown(String service) {
		return service.isEmpty() || service.equals(this.server.name()) || service.equals(NAME)
				|| this.server.routes.hasHandler(service.substring(service.lastIndexOf('.') + 1));
	}

	/** One who wants to hear of changes, and of nothing else. */
	private final class Watcher {

		private final String service;

		private final Stream<Object, Object> stream;

		private final ReentrantLock telling = new ReentrantLock();

		private @Nullable HealthCheckResponse told;

		Watcher(String service, Stream<Object, Object> stream) {
			this.service = service;
			this.stream = stream;
		}

		void tell() {
			this.telling.lock();
			try {
				HealthCheckResponse now = status(this.service);
				if (!now.equals(this.told)) {
					this.told = now;
					this.stream.send(now);
				}
			}
			catch (MicroException ex) {
				log.debug("A watcher of {} has gone: {}", this.service, ex.getMessage());
			}
			finally {
				this.telling.unlock();
			}
		}

	}

}

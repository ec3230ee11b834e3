package io.microspring.plugins.registry.etcd;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.microspring.concurrent.Mailbox;
import io.microspring.concurrent.Threads;
import io.microspring.registry.Change;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;

/**
 * A listener, with what it has been told. It begins with a listing and goes on with the
 * changes after it; whenever they end, for whatever reason, it begins anew, and tells the
 * differences. So it needs no history: one that etcd compacted away, or lost, is not
 * missed.
 */
final class EtcdWatch implements Registry.Watcher {

	private static final long SHORTEST_PAUSE = 100;

	private static final long LONGEST_PAUSE = 5000;

	private final EtcdRegistry registry;

	private final String name;

	private final ByteString prefix;

	private final Mailbox<Change> changes;

	private final Consumer<EtcdWatch> onClose;

	/** What the listener knows, by key. */
	private Map<ByteString, Service> known = new LinkedHashMap<>();

	/** Guards what is known and who tells of changes. */
	private final ReentrantLock lock = new ReentrantLock();

	private @Nullable Events events;

	private int failures;

	private boolean closed;

	/**
	 * A watch; lists once on this thread, so that whoever watches knows that it works.
	 * @param registry what to ask
	 * @param name the service, empty for all
	 * @param changes takes the changes
	 * @param onClose is told when it was closed
	 */
	EtcdWatch(EtcdRegistry registry, String name, Mailbox<Change> changes, Consumer<EtcdWatch> onClose) {
		this.registry = registry;
		this.name = name;
		this.prefix = EtcdKeys.prefix(name);
		this.changes = changes;
		this.onClose = onClose;
		begin();
	}

	@Override
	public void close() {
		this.lock.lock();
		try {
			this.closed = true;
			end();
		}
		finally {
			this.lock.unlock();
		}
		this.changes.close();
		this.onClose.accept(this);
	}

	private void begin() {
		EtcdStore.Snapshot snapshot = this.registry.store().list("watch " + what(), this.prefix);
		Map<ByteString, Service> present = new LinkedHashMap<>();
		for (KeyValue entry : snapshot.entries()) {
			Service service = EtcdKeys.read(entry, this.name);
			if (service != null) {
				present.put(entry.getKey(), service);
			}
		}
		this.lock.lock();
		try {
			if (!this.closed) {
				end();
				this.known.forEach((key, service) -> tell(service, present.get(key)));
				present.forEach((key, service) -> {
					if (!this.known.containsKey(key)) {
						tell(null, service);
					}
				});
				this.known = present;
				Events next = new Events();
				this.events = next;
				next.stream = this.registry.store().watch(this.prefix, snapshot.revision() + 1, next);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void end() {
		Events former = this.events;
		this.events = null;
		if (former != null) {
			former.cancel();
		}
	}

	private void apply(Event event) {
		KeyValue entry = event.getKv();
		Service former = this.known.get(entry.getKey());
		Service present = (event.getType() == Event.EventType.DELETE) ? null : EtcdKeys.read(entry, this.name);
		if (present == null) {
			this.known.remove(entry.getKey());
		}
		else {
			this.known.put(entry.getKey(), present);
		}
		tell(former, present);
	}

	private void tell(@Nullable Service former, @Nullable Service present) {
		Change.between((former != null) ? List.of(former) : List.of(), (present != null) ? List.of(present) : List.of())
			.forEach(this.changes::offer);
	}

	/** Begins anew, sooner or later. */
	private void failed(String reason) {
		this.registry.interrupted(reason);
		this.failures++;
		long pause = Math.min(LONGEST_PAUSE, SHORTEST_PAUSE << Math.min(this.failures, 10));
		// Not all at the same time when etcd comes back.
		pause += ThreadLocalRandom.current().nextLong(pause / 4 + 1);
		beginAfter(Duration.ofMillis(pause));
	}

	private void beginAfter(Duration pause) {
		Threads.after(pause, () -> this.registry.cluster().execute(this::beginAgain));
	}

	private void beginAgain() {
		try {
			begin();
		}
		catch (RuntimeException ex) {
			this.lock.lock();
			try {
				if (!this.closed) {
					failed(String.valueOf(ex.getMessage()));
				}
			}
			finally {
				this.lock.unlock();
			}
		}
	}

	private String what() {
		return this.name.isEmpty() ? "all services" : this.name;
	}

	/**
	 * One stream of changes. What comes when it is no longer the present one is passed
	 * over.
	 */
	private final class Events implements StreamObserver<WatchResponse> {

		private @Nullable StreamObserver<WatchRequest> stream;

		@Override
		public void onNext(WatchResponse response) {
			ifPresent(() -> {
				if (response.getCanceled()) {
					EtcdWatch.this.events = null;
					cancelled(response);
					return;
				}
				EtcdWatch.this.failures = 0;
				EtcdWatch.this.registry.resumed();
				response.getEventsList().forEach(EtcdWatch.this::apply);
			});
		}

		@Override
		public void onError(Throwable failure) {
			ifPresent(() -> {
				EtcdWatch.this.events = null;
				failed("etcd at " + EtcdWatch.this.registry.address() + " ended watching " + what() + ": "
						+ EtcdCluster.reason(Status.fromThrowable(failure)));
			});
		}

		@Override
		public void onCompleted() {
			onError(Status.UNAVAILABLE.withDescription("it said no more").asRuntimeException());
		}

		private void cancelled(WatchResponse response) {
			cancel();
			if (response.getCompactRevision() > 0) {
				// What happened meanwhile is no longer told, but what came of it can be
				// listed.
				beginAfter(Duration.ZERO);
			}
			else {
				failed("etcd at " + EtcdWatch.this.registry.address() + " does not let " + what() + " be watched: "
						+ response.getCancelReason());
			}
		}

		/**
		 * Ends the stream. To say no more, {@code onCompleted}, does not end it at etcd,
		 * which goes on to hold it for as long as there is a connection.
		 */
		private void cancel() {
			if (this.stream != null) {
				this.stream.onError(Status.CANCELLED.withDescription("no longer watched").asRuntimeException());
			}
		}

		private void ifPresent(Runnable action) {
			EtcdWatch.this.lock.lock();
			try {
				if (EtcdWatch.this.events == this) {
					action.run();
				}
			}
			finally {
				EtcdWatch.this.lock.unlock();
			}
		}

	}

}

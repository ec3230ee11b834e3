package io.microspring.plugins.registry.etcd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.microspring.registry.Change;
import io.microspring.registry.Change.Action;
import io.microspring.registry.Node;
import io.microspring.registry.RegistryException;
import io.microspring.registry.RegistryJson;
import io.microspring.registry.Service;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Orders of events that a real etcd shows by chance only. */
class EtcdWatchTest {

	private static final Service FIRST = Service.of("s", "1", Node.of("s-1", "127.0.0.1:1"));

	private static final Service SECOND = Service.of("s", "1", Node.of("s-2", "127.0.0.1:2"));

	private final Played played = new Played();

	private final List<Change> changes = new CopyOnWriteArrayList<>();

	private Server etcd;

	private EtcdRegistry registry;

	@BeforeEach
	void start() throws IOException {
		this.etcd = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
			.addService(this.played)
			.addService(this.played.watches())
			.build()
			.start();
		this.registry = new EtcdRegistry(EtcdOptions.defaults()
			.withAddress("127.0.0.1:" + this.etcd.getPort())
			.withTimeout(Duration.ofSeconds(10)));
	}

	@AfterEach
	void stop() {
		this.registry.close();
		this.etcd.shutdownNow();
	}

	@Test
	void watchGoesOnAfterTheListing() throws Exception {
		this.played.holds(7, FIRST);
		this.registry.watch("s", this.changes::add);
		Stream stream = this.played.nextStream();
		assertThat(stream.from()).isEqualTo(8);
		stream.tell(put(SECOND));
		stream.tell(put(SECOND));
		stream.tell(delete(FIRST), delete(Service.of("s", "1", Node.of("s-9", "127.0.0.1:9"))));
		eventually().untilAsserted(() -> assertThat(this.changes).containsExactly(new Change(Action.CREATE, FIRST),
				new Change(Action.CREATE, SECOND), new Change(Action.DELETE, FIRST)));
	}

	@Test
	void watchWhoseHistoryWasCompactedAwayListsAgain() throws Exception {
		this.played.holds(7, FIRST);
		this.registry.watch("s", this.changes::add);
		Stream former = this.played.nextStream();
		this.played.holds(90, SECOND);
		former.answer(WatchResponse.newBuilder().setCanceled(true).setCompactRevision(80));
		Stream present = this.played.nextStream();
		assertThat(present.from()).isEqualTo(91);
		eventually().until(() -> former.cancelled);
		assertThat(former.halfClosed).isFalse();
		former.tell(put(FIRST));
		present.tell(delete(SECOND));
		eventually().untilAsserted(() -> assertThat(this.changes).containsExactly(new Change(Action.CREATE, FIRST),
				new Change(Action.DELETE, FIRST), new Change(Action.CREATE, SECOND),
				new Change(Action.DELETE, SECOND)));
	}

	@Test
	void revisionThatWentBackIsNotWaitedFor() throws Exception {
		this.played.holds(7000, FIRST);
		this.registry.watch("s", this.changes::add);
		Stream former = this.played.nextStream();
		this.played.holds(3, SECOND);
		former.fail(Status.UNAVAILABLE);
		assertThat(this.played.nextStream().from()).isEqualTo(4);
		eventually().untilAsserted(() -> assertThat(this.changes).containsExactly(new Change(Action.CREATE, FIRST),
				new Change(Action.DELETE, FIRST), new Change(Action.CREATE, SECOND)));
	}

	@Test
	void streamThatEndsOrIsRefusedIsBegunAgain() throws Exception {
		this.played.holds(7, FIRST);
		this.registry.watch("s", this.changes::add);
		this.played.nextStream().end();
		Stream refused = this.played.nextStream();
		refused.answer(WatchResponse.newBuilder().setCanceled(true).setCancelReason("no leader"));
		eventually().until(() -> refused.cancelled);
		this.played.nextStream().fail(Status.INTERNAL);
		this.played.nextStream().tell(put(SECOND));
		eventually().untilAsserted(() -> assertThat(this.changes).containsExactly(new Change(Action.CREATE, FIRST),
				new Change(Action.CREATE, SECOND)));
	}

	@Test
	void listingIsReadPageByPageAsOfOneMoment() {
		this.played.holds(7, FIRST, SECOND);
		this.played.pageSize = 1;
		assertThat(this.registry.get("s")).flatExtracting(Service::nodes).hasSize(2);
		assertThat(this.played.asked).extracting(RangeRequest::getRevision).containsExactly(0L, 7L);
	}

	@Test
	void listingThatWasCompactedAwayBeginsAnew() {
		this.played.holds(7, FIRST, SECOND);
		this.played.pageSize = 1;
		this.played.compacted = 7;
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> this.registry.get("s"))
			.withMessageContaining("compacted");
		assertThat(this.played.asked).extracting(RangeRequest::getRevision).containsExactly(0L, 7L, 0L, 7L, 0L, 7L);
	}

	@Test
	void etcdThatDoesNotAnswerIsGivenUpInTime() {
		this.played.silent = true;
		try (EtcdRegistry impatient = new EtcdRegistry(EtcdOptions.defaults()
			.withAddress("127.0.0.1:" + this.etcd.getPort())
			.withTimeout(Duration.ofMillis(300)))) {
			assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> impatient.get("s"))
				.withMessageContaining("cannot be reached to look up s");
		}
	}

	@Test
	void watchThatIsClosedEndsItsStream() throws Exception {
		this.played.holds(7, FIRST);
		var watcher = this.registry.watch("s", this.changes::add);
		Stream stream = this.played.nextStream();
		watcher.close();
		eventually().until(() -> stream.cancelled);
		assertThat(stream.halfClosed).isFalse();
	}

	@Test
	void changeThatNoThreadIsFreeForIsToldLater() throws Exception {
		this.played.holds(7, FIRST);
		this.registry.watch("s", this.changes::add);
		Stream stream = this.played.nextStream();
		eventually().until(() -> this.changes.size() == 1);
		CountDownLatch busy = new CountDownLatch(1);
		try {
			occupy(busy);
			stream.tell(put(SECOND));
			// An answer by the same connection: the change has come before it.
			assertThat(this.registry.get("s")).isNotEmpty();
		}
		finally {
			busy.countDown();
		}
		eventually().untilAsserted(() -> assertThat(this.changes).containsExactly(new Change(Action.CREATE, FIRST),
				new Change(Action.CREATE, SECOND)));
	}

	/** Until there is no room; of virtual threads there is always one more. */
	private void occupy(CountDownLatch busy) {
		try {
			for (int i = 0; i < 10_000; i++) {
				this.registry.cluster().executor().submit(() -> busy.await(1, TimeUnit.MINUTES));
			}
		}
		catch (RejectedExecutionException expected) {
			assertThat(expected).hasMessageContaining("busy");
		}
	}

	private static Event put(Service service) {
		return Event.newBuilder().setType(Event.EventType.PUT).setKv(entry(service)).build();
	}

	private static Event delete(Service service) {
		KeyValue key = KeyValue.newBuilder().setKey(entry(service).getKey()).build();
		return Event.newBuilder().setType(Event.EventType.DELETE).setKv(key).build();
	}

	private static KeyValue entry(Service service) {
		return KeyValue.newBuilder()
			.setKey(ByteString.copyFromUtf8("/micro/registry/s/" + service.nodes().get(0).id()))
			.setValue(ByteString.copyFromUtf8(RegistryJson.write(service)))
			.build();
	}

	/** Longer than it ever takes; a machine with other things to do takes its time. */
	private static ConditionFactory eventually() {
		return Awaitility.await().atMost(Duration.ofSeconds(40));
	}

	/** An etcd that says what it is told to. */
	private static final class Played extends KVGrpc.KVImplBase {

		private final List<RangeRequest> asked = new CopyOnWriteArrayList<>();

		private final BlockingQueue<Stream> streams = new LinkedBlockingQueue<>();

		private volatile long revision;

		private volatile List<KeyValue> entries = List.of();

		private volatile int pageSize = Integer.MAX_VALUE;

		private volatile long compacted;

		private volatile boolean silent;

		void holds(long revision, Service... services) {
			this.entries = List.of(services).stream().map(EtcdWatchTest::entry).toList();
			this.revision = revision;
		}

		Stream nextStream() throws InterruptedException {
			Stream stream = this.streams.poll(40, TimeUnit.SECONDS);
			assertThat(stream).isNotNull();
			return stream;
		}

		@Override
		public void range(RangeRequest request, StreamObserver<RangeResponse> answer) {
			this.asked.add(request);
			if (this.silent) {
				return;
			}
			if (request.getRevision() > 0 && request.getRevision() <= this.compacted) {
				answer.onError(Status.OUT_OF_RANGE.withDescription("required revision has been compacted")
					.asRuntimeException());
				return;
			}
			List<KeyValue> left = this.entries.stream()
				.filter((entry) -> ByteString.unsignedLexicographicalComparator()
					.compare(entry.getKey(), request.getKey()) >= 0)
				.toList();
			List<KeyValue> page = left.subList(0, Math.min(this.pageSize, left.size()));
			answer.onNext(RangeResponse.newBuilder()
				.setHeader(ResponseHeader.newBuilder().setRevision(this.revision))
				.addAllKvs(page)
				.setMore(page.size() < left.size())
				.build());
			answer.onCompleted();
		}

		WatchGrpc.WatchImplBase watches() {
			return new WatchGrpc.WatchImplBase() {

				@Override
				public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> answers) {
					return new Stream(answers, Played.this.streams);
				}

			};
		}

	}

	/** One that watches. */
	private static final class Stream implements StreamObserver<WatchRequest> {

		private final StreamObserver<WatchResponse> answers;

		private final BlockingQueue<Stream> streams;

		private volatile WatchRequest request;

		private volatile boolean cancelled;

		private volatile boolean halfClosed;

		Stream(StreamObserver<WatchResponse> answers, BlockingQueue<Stream> streams) {
			this.answers = answers;
			this.streams = streams;
		}

		long from() {
			return this.request.getCreateRequest().getStartRevision();
		}

		void tell(Event... events) {
			answer(WatchResponse.newBuilder().addAllEvents(List.of(events)));
		}

		void answer(WatchResponse.Builder response) {
			try {
				this.answers.onNext(response.build());
			}
			catch (RuntimeException expected) {
				// Nobody listens any more, and that must not matter.
				assertThat(expected).isNotNull();
			}
		}

		void fail(Status status) {
			this.answers.onError(status.asRuntimeException());
		}

		void end() {
			this.answers.onCompleted();
		}

		@Override
		public void onNext(WatchRequest request) {
			this.request = request;
			this.answers.onNext(WatchResponse.newBuilder().setCreated(true).build());
			this.streams.add(this);
		}

		@Override
		public void onError(Throwable failure) {
			this.cancelled = true;
		}

		@Override
		public void onCompleted() {
			this.halfClosed = true;
		}

	}

}

package io.microspring.plugins.registry.etcd;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.microspring.registry.RegistryException;

/**
 * What is asked of etcd. Thread-safe; every method but {@link #watch} waits for the
 * answer, and throws {@link RegistryException} when there is none.
 */
final class EtcdStore {

	/** Stands for no lease: the key stays. */
	static final long NO_LEASE = 0;

	/** How many keys are asked for at once. */
	private static final int PAGE = 500;

	/** How often a listing begins anew that etcd has compacted away while it went on. */
	private static final int LISTING_ATTEMPTS = 3;

	private final EtcdCluster cluster;

	EtcdStore(EtcdCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * All that begins with a prefix, as it stood at one moment.
	 * @param what what it is for, in messages
	 * @param prefix the prefix
	 * @return the keys and values in their order
	 */
	Snapshot list(String what, ByteString prefix) {
		for (int attempt = 1;; attempt++) {
			try {
				return pages(what, prefix);
			}
			catch (RegistryException ex) {
				if (EtcdCluster.refusal(ex) != Status.Code.OUT_OF_RANGE || attempt == LISTING_ATTEMPTS) {
					throw ex;
				}
			}
		}
	}

	private Snapshot pages(String what, ByteString prefix) {
		List<KeyValue> entries = new ArrayList<>();
		ByteString from = prefix;
		long revision = 0;
		for (;;) {
			RangeRequest page = RangeRequest.newBuilder()
				.setKey(from)
				.setRangeEnd(EtcdKeys.end(prefix))
				.setLimit(PAGE)
				.setRevision(revision)
				.build();
			RangeResponse answer = range(what, page);
			entries.addAll(answer.getKvsList());
			revision = (revision == 0) ? answer.getHeader().getRevision() : revision;
			if (!answer.getMore() || answer.getKvsCount() == 0) {
				return new Snapshot(revision, entries);
			}
			from = answer.getKvs(answer.getKvsCount() - 1).getKey().concat(ByteString.copyFrom(new byte[1]));
		}
	}

	/** Asks for no more than whether there is an answer. */
	void ping() {
		range("answer",
				RangeRequest.newBuilder()
					.setKey(ByteString.copyFromUtf8(EtcdKeys.ALL))
					.setRangeEnd(EtcdKeys.end(EtcdKeys.prefix("")))
					.setCountOnly(true)
					.build());
	}

	private RangeResponse range(String what, RangeRequest request) {
		return this.cluster.ask(what,
				(channel) -> this.cluster.limited(KVGrpc.newBlockingStub(channel)).range(request));
	}

	/**
	 * Puts a value there.
	 * @return the number of the change, until the next one that of the key
	 */
	long put(String what, ByteString key, ByteString value, long lease) {
		PutRequest request = PutRequest.newBuilder().setKey(key).setValue(value).setLease(lease).build();
		return this.cluster.ask(what, (channel) -> this.cluster.limited(KVGrpc.newBlockingStub(channel)).put(request))
			.getHeader()
			.getRevision();
	}

	/** The number of the last change of a key, 0 when there is no such key. */
	long revision(String what, ByteString key) {
		RangeResponse answer = range(what, RangeRequest.newBuilder().setKey(key).setKeysOnly(true).build());
		return (answer.getKvsCount() > 0) ? answer.getKvs(0).getModRevision() : 0;
	}

	void delete(String what, ByteString key) {
		DeleteRangeRequest request = DeleteRangeRequest.newBuilder().setKey(key).build();
		this.cluster.ask(what, (channel) -> this.cluster.limited(KVGrpc.newBlockingStub(channel)).deleteRange(request));
	}

	/** A new lease, of whole seconds. */
	long grant(String what, Duration ttl) {
		LeaseGrantRequest request = LeaseGrantRequest.newBuilder()
			.setTTL(ttl.plusNanos(999_999_999).toSeconds())
			.build();
		return this.cluster
			.ask(what, (channel) -> this.cluster.limited(LeaseGrpc.newBlockingStub(channel)).leaseGrant(request))
			.getID();
	}

	/**
	 * Lets a lease begin anew.
	 * @return whether there is still such a lease
	 */
	boolean keepAlive(String what, long lease) {
		LeaseKeepAliveRequest request = LeaseKeepAliveRequest.newBuilder().setID(lease).build();
		return this.cluster.ask(what, (channel) -> {
			// A stream on which one thing is asked and answered.
			CallOptions options = this.cluster.limited(LeaseGrpc.newBlockingStub(channel)).getCallOptions();
			Iterator<LeaseKeepAliveResponse> answers = ClientCalls.blockingServerStreamingCall(channel,
					LeaseGrpc.getLeaseKeepAliveMethod(), options, request);
			boolean alive = false;
			while (answers.hasNext()) {
				alive = answers.next().getTTL() > 0;
			}
			return alive;
		});
	}

	/**
	 * Begins to hear of changes.
	 * @param prefix what the keys begin with
	 * @param revision the first change to hear of
	 * @param listener is told
	 * @return what is closed, by an error, to hear no more
	 */
	StreamObserver<WatchRequest> watch(ByteString prefix, long revision, StreamObserver<WatchResponse> listener) {
		StreamObserver<WatchRequest> stream = WatchGrpc.newStub(this.cluster.channel()).watch(listener);
		stream.onNext(WatchRequest.newBuilder()
			.setCreateRequest(WatchCreateRequest.newBuilder()
				.setKey(prefix)
				.setRangeEnd(EtcdKeys.end(prefix))
				.setStartRevision(revision))
			.build());
		return stream;
	}

	/**
	 * What stood at one moment.
	 *
	 * @param revision the moment: the number of the last change before it
	 * @param entries the keys and values
	 */
	record Snapshot(long revision, List<KeyValue> entries) {

	}

}

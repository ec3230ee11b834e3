package io.microspring.plugins.registry.etcd;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.AuthEnableRequest;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthRoleAddRequest;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.AuthUserGrantRoleRequest;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.microspring.test.recording.EtcdFamily;

/** What an operator does by {@code etcdctl}. */
final class EtcdShell implements EtcdFamily.Store, AutoCloseable {

	private final String address;

	private final ManagedChannel channel;

	EtcdShell(String address) {
		this.address = address;
		String[] parts = address.split(":");
		this.channel = NettyChannelBuilder.forAddress(parts[0], Integer.parseInt(parts[1]))
			.usePlaintext()
			.maxInboundMessageSize(Integer.MAX_VALUE)
			.build();
	}

	@Override
	public String address() {
		return this.address;
	}

	@Override
	public Map<String, String> keys() {
		Map<String, String> keys = new LinkedHashMap<>();
		KVGrpc.newBlockingStub(this.channel)
			.range(RangeRequest.newBuilder()
				.setKey(bytes(EtcdKeys.ALL))
				.setRangeEnd(EtcdKeys.end(bytes(EtcdKeys.ALL)))
				.build())
			.getKvsList()
			.forEach((entry) -> keys.put(entry.getKey().toStringUtf8(), entry.getValue().toStringUtf8()));
		return keys;
	}

	@Override
	public Duration leaseOf(String key) {
		long lease = entry(key).getLease();
		return (lease == 0) ? Duration.ZERO
				: Duration.ofSeconds(LeaseGrpc.newBlockingStub(this.channel)
					.leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(lease).build())
					.getGrantedTTL());
	}

	KeyValue entry(String key) {
		return KVGrpc.newBlockingStub(this.channel)
			.range(RangeRequest.newBuilder().setKey(bytes(key)).build())
			.getKvsList()
			.stream()
			.findFirst()
			.orElseThrow();
	}

	@Override
	public void put(String key, String value) {
		KVGrpc.newBlockingStub(this.channel)
			.put(PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)).build());
	}

	/** Puts many values at once, no more than etcd takes in a transaction: 128. */
	void putAll(Map<String, String> entries) {
		TxnRequest.Builder transaction = TxnRequest.newBuilder();
		entries.forEach((key, value) -> transaction.addSuccess(RequestOp.newBuilder()
			.setRequestPut(PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)))));
		KVGrpc.newBlockingStub(this.channel).txn(transaction.build());
	}

	void delete(String key) {
		KVGrpc.newBlockingStub(this.channel).deleteRange(DeleteRangeRequest.newBuilder().setKey(bytes(key)).build());
	}

	@Override
	public void clear() {
		deleteAll(EtcdKeys.ALL);
	}

	void deleteAll(String prefix) {
		KVGrpc.newBlockingStub(this.channel)
			.deleteRange(DeleteRangeRequest.newBuilder()
				.setKey(bytes(prefix))
				.setRangeEnd(EtcdKeys.end(bytes(prefix)))
				.build());
	}

	/** Revokes the lease of a key, which removes the key. */
	void revokeLeaseOf(String key) {
		LeaseGrpc.newBlockingStub(this.channel)
			.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(entry(key).getLease()).build());
	}

	/**
	 * Forgets all that was before.
	 * @return the revision that is the first to be known
	 */
	long compact() {
		long revision = KVGrpc.newBlockingStub(this.channel)
			.range(RangeRequest.newBuilder().setKey(bytes("/")).build())
			.getHeader()
			.getRevision();
		KVGrpc.newBlockingStub(this.channel)
			.compact(CompactionRequest.newBuilder().setRevision(revision).setPhysical(true).build());
		return revision;
	}

	/** Lets in nobody but root from now on. */
	void requirePassword(String password) {
		AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(this.channel);
		auth.userAdd(AuthUserAddRequest.newBuilder().setName("root").setPassword(password).build());
		auth.roleAdd(AuthRoleAddRequest.newBuilder().setName("root").build());
		auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser("root").setRole("root").build());
		auth.authEnable(AuthEnableRequest.getDefaultInstance());
	}

	@Override
	public void close() {
		this.channel.shutdownNow();
	}

	private static ByteString bytes(String text) {
		return ByteString.copyFromUtf8(text);
	}

}

package io.microspring.plugins.registry.zookeeper;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.microspring.concurrent.Threads;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/**
 * One node that this process has registered. Knows what it wrote, and in which session,
 * so that a renewal is a look at it. Thread-safe.
 */
final class Registration {

	/** Others may write at the same time; they do not for ever. */
	private static final int ATTEMPTS = 5;

	/** What ZooKeeper says of the owner of what is persistent. */
	private static final long NOBODY = 0;

	private final String path;

	private final boolean ephemeral;

	private final ReentrantLock lock = new ReentrantLock();

	private byte[] data = {};

	/** The session that holds it. */
	private long owner = NOBODY;

	/** The change by which we wrote it. */
	private long zxid = -1;

	private boolean wanted;

	private boolean expired;

	/** Fires when it is not renewed in time. */
	private final AtomicReference<@Nullable Expiry> expiry = new AtomicReference<>();

	Registration(String path, boolean ephemeral) {
		this.path = path;
		this.ephemeral = ephemeral;
	}

	/**
	 * Begins its time to live, or begins it anew.
	 * @param ttl the time; zero for no end
	 * @param onEnd is told of the end, on the timer's thread
	 */
	void live(Duration ttl, Consumer<Expiry> onEnd) {
		Expiry next = ttl.isZero() ? null : new Expiry();
		Expiry former = this.expiry.getAndSet(next);
		if (former != null) {
			former.cancel();
		}
		if (next != null) {
			next.timer = Threads.after(ttl, () -> onEnd.accept(next));
		}
	}

	/**
	 * Wants it no longer, unless it was renewed after all.
	 * @return whether it is to be taken back, by {@link #restore}
	 */
	boolean end(Expiry end) {
		this.lock.lock();
		try {
			if (!this.wanted || this.expiry.get() != end) {
				return false;
			}
			this.wanted = false;
			this.expired = true;
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Lets its time to live have no end. */
	void forget() {
		live(Duration.ZERO, (end) -> {
		});
	}

	/** Writes it, unless it stands there already. */
	void put(CuratorFramework client, byte[] data) throws Exception {
		this.lock.lock();
		try {
			if (!Arrays.equals(data, this.data)) {
				this.data = data;
				this.zxid = -1;
			}
			put(client);
			this.wanted = true;
			this.expired = false;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Sees that it stands there when it is wanted, and that it does not when expired. */
	void restore(CuratorFramework client) throws Exception {
		this.lock.lock();
		try {
			if (this.wanted) {
				put(client);
			}
			else if (this.expired) {
				removeOurs(client);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Takes it back, unless somebody else has registered it meanwhile: a successor of the
	 * same id, say.
	 */
	void remove(CuratorFramework client) throws Exception {
		this.lock.lock();
		try {
			if (this.wanted || this.expired) {
				this.wanted = false;
				removeOurs(client);
			}
			else {
				client.delete().quietly().forPath(this.path);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void removeOurs(CuratorFramework client) throws Exception {
		Stat found = client.checkExists().forPath(this.path);
		if (found != null && found.getEphemeralOwner() == this.owner) {
			client.delete().quietly().forPath(this.path);
		}
	}

	private void put(CuratorFramework client) throws Exception {
		for (int attempt = 1;; attempt++) {
			try {
				long session = this.ephemeral ? client.getZookeeperClient().getZooKeeper().getSessionId() : NOBODY;
				Stat found = client.checkExists().forPath(this.path);
				if (found == null) {
					found = create(client);
				}
				else if (found.getEphemeralOwner() != session) {
					found = replace(client, found);
				}
				else if (found.getMzxid() != this.zxid) {
					found = client.setData().withVersion(found.getVersion()).forPath(this.path, this.data);
				}
				this.zxid = found.getMzxid();
				this.owner = found.getEphemeralOwner();
				return;
			}
			catch (KeeperException.NoNodeException | KeeperException.NodeExistsException
					| KeeperException.BadVersionException ex) {
				if (attempt == ATTEMPTS) {
					throw ex;
				}
			}
		}
	}

	private Stat create(CuratorFramework client) throws Exception {
		Stat created = new Stat();
		client.create().storingStatIn(created).creatingParentsIfNeeded().withMode(mode()).forPath(this.path, this.data);
		return created;
	}

	/**
	 * At once, so that nobody sees it gone: what another session holds, as that of our
	 * predecessor, would go with that session.
	 */
	private Stat replace(CuratorFramework client, Stat found) throws Exception {
		client.transaction()
			.forOperations(client.transactionOp().delete().withVersion(found.getVersion()).forPath(this.path),
					client.transactionOp().create().withMode(mode()).forPath(this.path, this.data));
		Stat replaced = client.checkExists().forPath(this.path);
		if (replaced == null) {
			throw new KeeperException.NoNodeException(this.path);
		}
		return replaced;
	}

	private CreateMode mode() {
		return this.ephemeral ? CreateMode.EPHEMERAL : CreateMode.PERSISTENT;
	}

	/** The end of one time to live. */
	static final class Expiry {

		private volatile Threads.@Nullable Scheduled timer;

		private void cancel() {
			Threads.Scheduled scheduled = this.timer;
			if (scheduled != null) {
				scheduled.cancel();
			}
		}

	}

}

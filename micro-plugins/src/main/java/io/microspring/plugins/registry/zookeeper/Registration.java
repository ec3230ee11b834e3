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
 * One node of this process: what is to stand in its path, and what does. The one is said
 * at once, the other is brought about by {@link #settle}, as often as it takes. Knows
 * what it wrote, and in which session, so that a renewal is a look at it. Thread-safe.
 */
final class Registration {

	/** Others may write at the same time; they do not for ever. */
	private static final int ATTEMPTS = 5;

	/** What ZooKeeper says of the owner of what is persistent. */
	private static final long NOBODY = 0;

	/** No session has that. */
	private static final long UNKNOWN = -1;

	private final String path;

	private final boolean ephemeral;

	/** What is to stand there, null for nothing. */
	private final AtomicReference<@Nullable Wish> wish = new AtomicReference<>();

	/** Whether something of ours may stand there. */
	private volatile boolean standing;

	/** Held while ZooKeeper is asked; guards what follows. */
	private final ReentrantLock lock = new ReentrantLock();

	private byte[] data = {};

	/** The session that holds it. */
	private long owner;

	/** The change by which we wrote it. */
	private long zxid = UNKNOWN;

	Registration(String path, boolean ephemeral) {
		this.path = path;
		this.ephemeral = ephemeral;
		this.owner = ephemeral ? UNKNOWN : NOBODY;
	}

	String path() {
		return this.path;
	}

	/**
	 * Something is to stand there from now on, or still is.
	 * @param data what
	 * @param ttl for how long, unless it is said again; zero for no end
	 * @param onEnd is told of the end, on the timer's thread
	 */
	void want(byte[] data, Duration ttl, Consumer<Wish> onEnd) {
		Wish next = new Wish(data);
		cancel(this.wish.getAndSet(next));
		if (!ttl.isZero()) {
			next.timer = Threads.after(ttl, () -> onEnd.accept(next));
		}
	}

	/** Nothing is to stand there any more. */
	void unwant() {
		cancel(this.wish.getAndSet(null));
	}

	/**
	 * The time to live of a wish is over.
	 * @return whether it was not said again meanwhile, so that nothing is to stand there
	 */
	boolean end(Wish ended) {
		return this.wish.compareAndSet(ended, null);
	}

	/** Lets its time to live have no end. */
	void forget() {
		cancel(this.wish.get());
	}

	/** Whether nothing is to stand there, and nothing of ours does. */
	boolean isOver() {
		return this.wish.get() == null && !this.standing;
	}

	/**
	 * Makes what stands there what is to stand there. What somebody else has registered
	 * meanwhile, a successor of the same id, say, is not taken back.
	 */
	void settle(CuratorFramework client) throws Exception {
		this.lock.lock();
		try {
			Wish present = this.wish.get();
			if (present != null) {
				this.standing = true;
				put(client, present.data);
			}
			else if (this.standing) {
				remove(client);
				this.standing = false;
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void remove(CuratorFramework client) throws Exception {
		// Also in the present session: the answer to a write of ours may have been lost.
		remove(client, this.path, this.owner, session(client));
	}

	/**
	 * Takes back what nothing is known of here any more: what is persistent, or of the
	 * present session.
	 */
	static void removeForgotten(CuratorFramework client, String path) throws Exception {
		remove(client, path, NOBODY, client.getZookeeperClient().getZooKeeper().getSessionId());
	}

	private static void remove(CuratorFramework client, String path, long owner, long session) throws Exception {
		Stat found = client.checkExists().forPath(path);
		if (found != null && (found.getEphemeralOwner() == owner || found.getEphemeralOwner() == session)) {
			client.delete().quietly().forPath(path);
		}
	}

	private void put(CuratorFramework client, byte[] wanted) throws Exception {
		if (!Arrays.equals(wanted, this.data)) {
			this.data = wanted;
			this.zxid = UNKNOWN;
		}
		for (int attempt = 1;; attempt++) {
			try {
				Stat found = client.checkExists().forPath(this.path);
				if (found == null) {
					found = create(client);
				}
				else if (found.getEphemeralOwner() != session(client)) {
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

	/** Who owns what we write now. */
	private long session(CuratorFramework client) throws Exception {
		return this.ephemeral ? client.getZookeeperClient().getZooKeeper().getSessionId() : NOBODY;
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

	private static void cancel(@Nullable Wish former) {
		Threads.Scheduled timer = (former != null) ? former.timer : null;
		if (timer != null) {
			timer.cancel();
		}
	}

	/** That something is to stand there. */
	static final class Wish {

		private final byte[] data;

		/** Fires when its time to live is over. */
		private volatile Threads.@Nullable Scheduled timer;

		Wish(byte[] data) {
			this.data = data;
		}

	}

}

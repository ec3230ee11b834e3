package io.microspring.plugins.registry.zookeeper;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.microspring.concurrent.Mailbox;
import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.jspecify.annotations.Nullable;

/**
 * A listener with what it was told of. ZooKeeper says which path changed, and that path
 * is read; each time that the connection is back, everything is.
 * <p>
 * ZooKeeper answers in the order it was asked, and tells of a change before it answers
 * with it: so the answer that comes last is the latest, and it does not matter which
 * question it belongs to.
 */
final class ZooKeeperWatch implements Registry.Watcher, Watcher {

	private final ZNodes zNodes;

	/** The service, empty for all. */
	private final String name;

	private final String path;

	private final Mailbox<Change> changes;

	private final ZooKeeperWatches siblings;

	/** What the listener knows, by path. */
	private final Map<String, Service> known = new HashMap<>();

	/** Guards what is known, and who says so. */
	private final ReentrantLock lock = new ReentrantLock();

	/** The session's client that is asked; the answers of a former one are old. */
	private volatile @Nullable ZooKeeper zooKeeper;

	private volatile boolean closed;

	/**
	 * A watch that has not begun.
	 * @param zNodes where registrations stand
	 * @param name the service, empty for all
	 * @param changes takes the changes
	 * @param siblings the watches of the same registry
	 * @throws IllegalArgumentException when ZooKeeper can have no such name
	 */
	ZooKeeperWatch(ZNodes zNodes, String name, Mailbox<Change> changes, ZooKeeperWatches siblings) {
		this.zNodes = zNodes;
		this.name = name;
		this.path = name.isEmpty() ? zNodes.root() : zNodes.path(name);
		this.changes = changes;
		this.siblings = siblings;
	}

	/**
	 * Begins, or goes on after the connection was lost.
	 * @param zooKeeper whom to ask from now on
	 * @return done when the listener's mailbox has all there is to know
	 */
	CompletableFuture<Void> begin(ZooKeeper zooKeeper) {
		Reading reading = new Reading(zooKeeper);
		this.lock.lock();
		try {
			this.zooKeeper = zooKeeper;
		}
		finally {
			this.lock.unlock();
		}
		// Also what is not there yet can be watched.
		zooKeeper.addWatch(this.path, this, AddWatchMode.PERSISTENT_RECURSIVE, (code, asked, context) -> {
			if (Code.get(code) == Code.OK) {
				reading.everything();
			}
			reading.end(code, asked);
		}, null);
		return reading.done;
	}

	/** Called by the session's thread of events, one event after the other. */
	@Override
	public void process(WatchedEvent event) {
		ZooKeeper present = this.zooKeeper;
		if (!this.closed && present != null && event.getPath() != null && this.zNodes.isNode(event.getPath())) {
			new Reading(present).node(event.getPath());
		}
	}

	String path() {
		return this.path;
	}

	@Nullable ZooKeeper zooKeeper() {
		return this.zooKeeper;
	}

	@Override
	public void close() {
		this.closed = true;
		this.changes.close();
		this.siblings.remove(this);
	}

	private void update(String path, @Nullable Service present, ZooKeeper source) {
		this.lock.lock();
		try {
			if (this.closed || source != this.zooKeeper) {
				return;
			}
			Service former = (present != null) ? this.known.put(path, present) : this.known.remove(path);
			if (former != null && (present == null || !isSameNode(former, present))) {
				this.changes.offer(new Change(Change.Action.DELETE, former));
				former = null;
			}
			if (present != null && !present.equals(former)) {
				this.changes.offer(new Change((former != null) ? Change.Action.UPDATE : Change.Action.CREATE, present));
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private static boolean isSameNode(Service former, Service present) {
		return former.name().equals(present.name()) && former.version().equals(present.version())
				&& former.nodes()
					.stream()
					.map(Node::id)
					.toList()
					.equals(present.nodes().stream().map(Node::id).toList());
	}

	private List<String> knownPaths() {
		this.lock.lock();
		try {
			return new ArrayList<>(this.known.keySet());
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Questions that belong together; done when all are answered. */
	private final class Reading {

		private final ZooKeeper source;

		private final AtomicInteger open = new AtomicInteger(1);

		private final CompletableFuture<Void> done = new CompletableFuture<>();

		Reading(ZooKeeper source) {
			this.source = source;
		}

		/** What was known, for it may be gone, and what is there. */
		void everything() {
			knownPaths().forEach((path) -> {
				this.open.incrementAndGet();
				node(path);
			});
			if (!ZooKeeperWatch.this.name.isEmpty()) {
				below(ZooKeeperWatch.this.path, this::node);
				return;
			}
			below(ZooKeeperWatch.this.path, (service) -> {
				below(service, this::node);
				end(Code.OK.intValue(), service);
			});
		}

		private void below(String parent, Consumer<String> reader) {
			this.open.incrementAndGet();
			this.source.getChildren(parent, false, (code, asked, context, names) -> {
				if (Code.get(code) == Code.OK) {
					names.forEach((name) -> {
						this.open.incrementAndGet();
						reader.accept(asked + "/" + name);
					});
				}
				end(code, asked);
			}, null);
		}

		void node(String path) {
			this.source.getData(path, false, (code, asked, context, data, stat) -> {
				switch (Code.get(code)) {
					case OK -> update(asked, ours(data, asked), this.source);
					// What may no longer be read is as good as gone.
					case NONODE, NOAUTH -> update(asked, null, this.source);
					default -> {
						// The connection is lost: when it is back, everything is read.
					}
				}
				end(code, asked);
			}, null);
		}

		void end(int code, String asked) {
			switch (Code.get(code)) {
				case OK, NONODE -> {
				}
				case NOAUTH -> {
					// Somebody else's business, unless it is what is watched.
					if (asked.equals(ZooKeeperWatch.this.path)) {
						this.done.completeExceptionally(KeeperException.create(Code.NOAUTH, asked));
					}
				}
				default -> this.done.completeExceptionally(KeeperException.create(Code.get(code), asked));
			}
			if (this.open.decrementAndGet() == 0) {
				this.done.complete(null);
			}
		}

		private @Nullable Service ours(byte[] data, String path) {
			return ZNodes.read(data, path)
				.filter((service) -> ZooKeeperWatch.this.name.isEmpty()
						|| ZooKeeperWatch.this.name.equals(service.name()))
				.orElse(null);
		}

	}

}

package io.microspring.plugins.registry.zookeeper;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

import org.apache.zookeeper.Watcher.WatcherType;
import org.apache.zookeeper.ZooKeeper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open watches of a registry. Several may watch one path, of which ZooKeeper tells
 * this process once, until the last of them is closed. Thread-safe; waits for nothing.
 */
final class ZooKeeperWatches {

	private static final Logger log = LoggerFactory.getLogger(ZooKeeperWatches.class);

	private final Set<ZooKeeperWatch> watches = new HashSet<>();

	/** ZooKeeper is asked to begin and to end under it: in the order of what is open. */
	private final ReentrantLock lock = new ReentrantLock();

	/** Begins a watch, or lets it go on, unless it was closed before. */
	CompletableFuture<Void> begin(ZooKeeperWatch watch, ZooKeeper zooKeeper) {
		this.lock.lock();
		try {
			this.watches.add(watch);
			return watch.begin(zooKeeper);
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Lets all go on with a session's client. */
	void resume(ZooKeeper zooKeeper) {
		this.lock.lock();
		try {
			this.watches.forEach((watch) -> watch.begin(zooKeeper).whenComplete((done, failure) -> {
				if (failure != null && !ZooKeeperSession.isConnection(failure)) {
					log.warn("Watching {} does not go on: {}", watch.path(), failure.getMessage());
				}
			}));
		}
		finally {
			this.lock.unlock();
		}
	}

	void remove(ZooKeeperWatch watch) {
		this.lock.lock();
		try {
			ZooKeeper zooKeeper = watch.zooKeeper();
			if (!this.watches.remove(watch) || zooKeeper == null || !zooKeeper.getState().isAlive()) {
				return;
			}
			if (this.watches.stream().noneMatch((other) -> other.path().equals(watch.path()))) {
				zooKeeper.removeAllWatches(watch.path(), WatcherType.Any, true,
						(code, path, context) -> log.debug("Stopped watching {}: {}", path, code), null);
			}
			else {
				zooKeeper.removeWatches(watch.path(), watch, WatcherType.Any, true,
						(code, path, context) -> log.debug("One stopped watching {}: {}", path, code), null);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	List<ZooKeeperWatch> all() {
		this.lock.lock();
		try {
			return List.copyOf(this.watches);
		}
		finally {
			this.lock.unlock();
		}
	}

}

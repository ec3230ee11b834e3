package io.microspring.samples.test.figures;

import java.util.concurrent.locks.LockSupport;

import io.microspring.plugins.Plugins;
import io.microspring.plugins.registry.gossip.GossipOptions;
import io.microspring.plugins.registry.gossip.GossipRegistry;
import io.microspring.registry.Registry;
import io.microspring.test.process.JavaProcess;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.apache.curator.test.TestingServer;

/**
 * Services register themselves, and one that is gone is a process that was killed.
 */
final class KilledScene implements Scene {

	private static final String GOSSIP = "gossip";

	private final String type;

	private final AutoCloseable server;

	private final String address;

	private KilledScene(String type, AutoCloseable server, String address) {
		this.type = type;
		this.server = server;
		this.address = address;
	}

	/** A registry without a server. */
	static Scene alone(String type) {
		return new KilledScene(type, () -> {
		}, "");
	}

	static Scene with(String type, ServerRecipe recipe) {
		ExternalServer server = new ExternalServer(recipe);
		server.open();
		return new KilledScene(type, server, server.address());
	}

	static Scene zooKeeper() {
		try {
			TestingServer server = new TestingServer();
			return new KilledScene("zookeeper", server, server.getConnectString());
		}
		catch (Exception ex) {
			throw new IllegalStateException("No ZooKeeper", ex);
		}
	}

	/** Whoever comes joins a member that does nothing else. */
	static Scene gossip() {
		GossipRegistry seed = member("");
		return new KilledScene(GOSSIP, seed, seed.address());
	}

	@Override
	public Registry open() {
		return open(this.type, this.address);
	}

	@Override
	public Party service(String name) {
		return new Registered(name, open(), () -> {
		});
	}

	@Override
	public Party victim(String name) {
		JavaProcess victim = JavaProcess.start(Victim.class, this.type, this.address, name);
		return new Party() {

			@Override
			public void appear() {
				victim.awaitLine("registered");
			}

			@Override
			public void vanish() {
				victim.kill();
			}

			@Override
			public void close() {
				victim.close();
			}

		};
	}

	@Override
	public void close() {
		try {
			this.server.close();
		}
		catch (Exception ex) {
			throw new IllegalStateException("Cannot end the server of " + this.type, ex);
		}
	}

	private static Registry open(String type, String address) {
		return type.equals(GOSSIP) ? member(address) : Plugins.catalogue().registry(type, address);
	}

	private static GossipRegistry member(String seed) {
		return new GossipRegistry(GossipOptions.defaults().withBindAddress("127.0.0.1:0").withSeeds(seed));
	}

	/** A service in a process that is killed. */
	static final class Victim {

		private Victim() {
		}

		/**
		 * Registers and waits.
		 * @param arguments type and address of the registry, name of the service
		 */
		public static void main(String[] arguments) {
			Echo.service(arguments[2], open(arguments[0], arguments[1]), "127.0.0.1:0").start();
			System.out.println("registered");
			LockSupport.park();
		}

	}

}

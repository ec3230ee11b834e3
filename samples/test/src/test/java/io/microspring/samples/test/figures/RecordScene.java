package io.microspring.samples.test.figures;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

import io.microspring.plugins.registry.dns.DnsOptions;
import io.microspring.plugins.registry.dns.DnsRegistry;
import io.microspring.registry.Registry;
import io.microspring.service.MicroService;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;

/**
 * DNS, where somebody else writes the records: a file of hosts for each node, of which
 * dnsmasq hears when it comes and goes.
 */
final class RecordScene implements Scene {

	private static final String DOMAIN = "fleet.test";

	private final Path hosts;

	private final ExternalServer server;

	/** Records of addresses name no ports: all nodes have this one. */
	private final int port = freePort();

	RecordScene() {
		try {
			this.hosts = Files.createTempDirectory("micro-figures");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server = new ExternalServer(ServerRecipe.dnsmasq(String.join("\n", "local=/" + DOMAIN + "/",
				"local-ttl=" + Echo.TTL.toSeconds(), "hostsdir=" + this.hosts, "")));
		this.server.open();
	}

	@Override
	public Registry open() {
		return new DnsRegistry(DnsOptions.defaults()
			.withAddress(this.server.address())
			.withDomain(DOMAIN)
			.withHosts("{service}", this.port));
	}

	@Override
	public Party service(String name) {
		return new Recorded(name, "127.0.0.1");
	}

	@Override
	public Party victim(String name) {
		return new Recorded(name, "127.0.0.2");
	}

	@Override
	public void close() {
		this.server.close();
		this.hosts.toFile().delete();
	}

	private static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** A node with a record. */
	private final class Recorded implements Party {

		private final Registry nowhere = Registry.memory();

		private final MicroService service;

		private final Path record;

		private final List<String> lines;

		Recorded(String name, String ip) {
			this.service = Echo.service(name, this.nowhere, ip + ":" + RecordScene.this.port);
			this.record = RecordScene.this.hosts.resolve(name + "-" + ip);
			this.lines = List.of(ip + " " + name + "." + DOMAIN);
			this.service.server().start();
		}

		@Override
		public void appear() {
			try {
				// All of it at once: half a file is read, too.
				Path whole = Files.write(Files.createTempFile("micro-figures", ".hosts"), this.lines);
				Files.move(whole, this.record, StandardCopyOption.ATOMIC_MOVE);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		@Override
		public void vanish() {
			this.record.toFile().delete();
		}

		@Override
		public void close() {
			vanish();
			this.service.close();
			this.nowhere.close();
		}

	}

}

package io.microspring.plugins.registry.zookeeper;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.microspring.transport.ServerAddress;
import org.apache.zookeeper.common.PathUtils;

/**
 * Where the servers are, and what is the root there.
 *
 * @param servers their addresses, at least one
 * @param chroot the path that is the root, empty for ZooKeeper's own
 */
record ZooKeeperServers(List<ServerAddress> servers, String chroot) {

	private static final String SETTINGS = "micro.registry.zookeeper";

	private static final int DEFAULT_PORT = 2181;

	private static final String NO_ANSWER = "no answer";

	/**
	 * Reads what stands in the options.
	 * @param text the servers, separated by commas, and the chroot behind the last
	 * @return the servers
	 * @throws IllegalArgumentException when one is no address, or the chroot no path
	 */
	static ZooKeeperServers of(String text) {
		ServerAddress.requireNoCredentials(text, "ZooKeeper", SETTINGS);
		int slash = text.contains("://") ? -1 : text.indexOf('/');
		String chroot = (slash < 0) ? "" : text.substring(slash).strip();
		if (!chroot.isEmpty()) {
			PathUtils.validatePath(chroot);
		}
		return new ZooKeeperServers(ServerAddress.list((slash < 0) ? text : text.substring(0, slash), "ZooKeeper",
				SETTINGS, DEFAULT_PORT, Set.of()), chroot.equals("/") ? "" : chroot);
	}

	/** As ZooKeeper's client takes them. */
	String connectString() {
		return join(",");
	}

	/**
	 * Why there is no connection: ZooKeeper's client keeps that to itself, so the servers
	 * are called once more, all at once.
	 * @param patience how long to wait for them
	 * @param executor calls them
	 * @return what became of each
	 */
	String reason(Duration patience, Executor executor) {
		try {
			List<CompletableFuture<String>> reasons = this.servers.stream()
				.map((server) -> CompletableFuture.supplyAsync(() -> reason(server, patience), executor)
					.completeOnTimeout(NO_ANSWER, patience.toMillis(), TimeUnit.MILLISECONDS))
				.toList();
			return IntStream.range(0, reasons.size())
				.mapToObj((i) -> this.servers.get(i) + ": " + reasons.get(i).join())
				.collect(Collectors.joining("; "));
		}
		catch (RejectedExecutionException ex) {
			return "and too busy to see why";
		}
	}

	@Override
	public String toString() {
		return join(", ");
	}

	private static String reason(ServerAddress server, Duration patience) {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(server.host(), server.port()), Math.toIntExact(patience.toMillis()));
			return "listens, but begins no session: TLS on one side only, or no quorum?";
		}
		catch (SocketTimeoutException ex) {
			return NO_ANSWER;
		}
		catch (UnknownHostException ex) {
			return "unknown host";
		}
		catch (IOException ex) {
			return String.valueOf(ex.getMessage());
		}
	}

	private String join(String separator) {
		return this.servers.stream().map(ServerAddress::toString).collect(Collectors.joining(separator)) + this.chroot;
	}

}

package io.microspring.plugins.relay;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The processes at the other ends of connections, which do not break by themselves when
 * such a process dies: it has to be asked for. Thread-safe.
 */
public final class RelayPeers {

	private final Map<String, Set<RelaySocket>> sockets = new ConcurrentHashMap<>();

	RelayPeers() {
	}

	/**
	 * Watches over the peer of a socket.
	 * @param socket the socket
	 */
	public void add(RelaySocket socket) {
		this.sockets.compute(socket.line().peer(), (peer, known) -> {
			Set<RelaySocket> present = (known != null) ? known : ConcurrentHashMap.newKeySet();
			present.add(socket);
			return present;
		});
		if (!socket.isOpen()) {
			remove(socket);
		}
	}

	void remove(RelaySocket socket) {
		this.sockets.computeIfPresent(socket.line().peer(), (peer, present) -> {
			present.remove(socket);
			return present.isEmpty() ? null : present;
		});
	}

	/**
	 * Who is to be asked for.
	 * @return by what to ask
	 */
	public Set<String> known() {
		return Set.copyOf(this.sockets.keySet());
	}

	/**
	 * Ends all connections with a process that is gone.
	 * @param peer what was asked by
	 */
	public void gone(String peer) {
		this.sockets.getOrDefault(peer, Set.of()).forEach(RelaySocket::gone);
	}

}

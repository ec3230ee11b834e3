package io.microspring.plugins.transport.nats;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import io.microspring.transport.TransportException;

/**
 * Finds out which processes of ours are gone: NATS says of what is sent to them that
 * nobody is there. Asking costs as much as a message, and no answer.
 */
final class NatsPeers {

	private final NatsWire wire;

	private final NatsInbox inbox;

	private final AtomicLong count = new AtomicLong();

	/** By the subject to ask. */
	private final Map<String, Peer> peers = new ConcurrentHashMap<>();

	NatsPeers(NatsWire wire, NatsInbox inbox) {
		this.wire = wire;
		this.inbox = inbox;
	}

	/** Watches over the peer of a socket. */
	void add(NatsSocket socket) {
		this.peers.compute(socket.alive(), (subject, known) -> {
			Peer peer = (known != null) ? known : open(subject);
			peer.sockets().add(socket);
			return peer;
		});
	}

	private Peer open(String subject) {
		String token = "peer-" + this.count.incrementAndGet();
		Peer peer = new Peer(token, ConcurrentHashMap.newKeySet());
		this.inbox.route(token, (message) -> {
			if (NatsSignal.isNobodyThere(message)) {
				peer.sockets()
					.forEach((socket) -> socket
						.broken(new TransportException(socket.remote() + " is there no more", false, null)));
			}
		});
		return peer;
	}

	void remove(NatsSocket socket) {
		this.peers.computeIfPresent(socket.alive(), (subject, peer) -> {
			peer.sockets().remove(socket);
			if (!peer.sockets().isEmpty()) {
				return peer;
			}
			this.inbox.forget(peer.token());
			return null;
		});
	}

	/** Asks after all of them. */
	void ask() {
		this.peers.forEach(
				(subject, peer) -> this.wire.send(subject, this.inbox.subject(peer.token()), null, NatsSignal.NOTHING));
	}

	/**
	 * A process.
	 *
	 * @param token what the answer of NATS is told by
	 * @param sockets the connections with it
	 */
	private record Peer(String token, Set<NatsSocket> sockets) {

	}

}

package io.microspring.plugins.transport.nats;

import io.microspring.message.Message;
import io.microspring.plugins.relay.Relay;
import io.microspring.plugins.relay.RelayLine;
import io.microspring.plugins.relay.RelaySignal;
import io.microspring.plugins.relay.RelaySocket;

/**
 * Messages to one subject, which are to be answered to another.
 *
 * @param wire sends
 * @param relay knows the sockets
 * @param dialled whether this end has dialled
 * @param remote the subject
 * @param replyTo where this end hears what the other, or NATS, answers
 * @param local what this end is called
 * @param peer the subject that the peer's process listens to while it is there
 */
record NatsLine(NatsWire wire, Relay relay, boolean dialled, String remote, String replyTo, String local,
		String peer) implements RelayLine {

	@Override
	public Outgoing prepare(Message message) {
		byte[] payload = this.wire.encode(message, this.remote);
		return (introducing) -> this.wire.send(this.remote, this.replyTo,
				introducing ? NatsSignal.of(NatsSignal.OURS, "1") : null, payload);
	}

	@Override
	public void tell(RelaySignal signal, long number) {
		this.wire.send(this.remote, this.replyTo, NatsSignal.of(NatsSignal.name(signal), Long.toString(number)),
				NatsSignal.NOTHING);
	}

	/** A message without a payload is a broken connection to them. */
	@Override
	public boolean tellsStrangers() {
		return true;
	}

	@Override
	public boolean isFree() {
		return this.wire.isFree();
	}

	@Override
	public int maxMessageSize() {
		return this.wire.maxMessageSize();
	}

	/** Only ours have a subject to be asked for by. */
	@Override
	public void met(RelaySocket socket) {
		this.relay.peers().add(socket);
	}

	@Override
	public void closed(RelaySocket socket) {
		this.relay.forget(socket);
	}

}

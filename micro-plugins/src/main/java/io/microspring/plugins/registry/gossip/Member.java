package io.microspring.plugins.registry.gossip;

import java.net.InetSocketAddress;

import org.jspecify.annotations.Nullable;

/** What is known of a member. Not thread-safe. */
final class Member {

	private final String name;

	private Message.Alive alive;

	private State state = State.DEAD;

	private long changed;

	private @Nullable Suspicion suspicion;

	Member(Message.Alive alive) {
		this.name = alive.node();
		this.alive = alive;
	}

	String name() {
		return this.name;
	}

	InetSocketAddress address() {
		return this.alive.address();
	}

	long incarnation() {
		return this.alive.incarnation();
	}

	/** What it said of itself last. */
	Message.Alive alive() {
		return this.alive;
	}

	State state() {
		return this.state;
	}

	/** Whether it counts as there: alive, or only suspected. */
	boolean isUp() {
		return this.state == State.ALIVE || this.state == State.SUSPECT;
	}

	/** How long it has been in its state. */
	long nanosInState(long now) {
		return now - this.changed;
	}

	@Nullable Suspicion suspicion() {
		return this.suspicion;
	}

	void says(Message.Alive alive) {
		this.alive = alive;
	}

	/** Somebody else made a claim that is newer than what it said of itself. */
	void incarnation(long incarnation) {
		Message.Alive last = this.alive;
		this.alive = new Message.Alive(incarnation, last.node(), last.address(), last.meta(), last.versions());
	}

	void become(State state, long now) {
		if (this.state != state) {
			this.state = state;
			this.changed = now;
		}
	}

	void suspect(@Nullable Suspicion suspicion) {
		if (this.suspicion != null) {
			this.suspicion.cancel();
		}
		this.suspicion = suspicion;
	}

	@Override
	public String toString() {
		return this.name + " at " + HostPort.text(address());
	}

	/** The states, by their numbers on the wire. */
	enum State {

		ALIVE, SUSPECT, DEAD, LEFT

	}

}

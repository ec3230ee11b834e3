package io.microspring.plugins.registry.gossip;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * What members say to each other over a connection. Immutable, if nobody changes the
 * arrays.
 */
sealed interface StreamMessage {

	/** memberlist takes no more either. */
	int MAX_LENGTH = 20 << 20;

	int MAX_MEMBERS = 10_000;

	byte[] encode();

	/**
	 * All that a member knows, to be answered by the same.
	 *
	 * @param join whether the users' part is wanted, and there
	 * @param members what it knows of the members
	 * @param state what its user knows
	 */
	record PushPull(boolean join, List<MemberState> members, byte[] state) implements StreamMessage {

		static final int TYPE = 6;

		@Override
		public byte[] encode() {
			ByteArrayOutputStream out = new ByteArrayOutputStream(1024 + this.state.length);
			out.write(TYPE);
			new Fields().with("Nodes", this.members.size())
				.with("UserStateLen", this.state.length)
				.with("Join", this.join)
				.write(out);
			this.members.forEach((member) -> member.write(out));
			out.writeBytes(this.state);
			return out.toByteArray();
		}

		static PushPull read(Input in) {
			Fields header = Fields.read(in);
			long count = header.number("Nodes");
			if (count > MAX_MEMBERS) {
				throw new MalformedException(count + " members");
			}
			List<MemberState> members = new ArrayList<>();
			for (long i = 0; i < count; i++) {
				members.add(MemberState.read(Fields.read(in)));
			}
			return new PushPull(header.flag("Join"), members, in.readBytes(header.number("UserStateLen")));
		}

	}

	/**
	 * What is known of a member.
	 *
	 * @param alive what it said of itself last
	 * @param state the number of its state: 0 alive, 1 suspect, 2 dead, 3 left
	 */
	record MemberState(Message.Alive alive, int state) {

		void write(ByteArrayOutputStream out) {
			InetSocketAddress address = this.alive.address();
			new Fields().with("Name", this.alive.node())
				.with("Addr", address.getAddress().getAddress())
				.with("Port", address.getPort())
				.with("Meta", this.alive.meta())
				.with("Incarnation", this.alive.incarnation())
				.with("State", this.state)
				.with("Vsn", this.alive.versions())
				.write(out);
		}

		static MemberState read(Fields fields) {
			Message.Alive alive = new Message.Alive(fields.number("Incarnation"), Message.name(fields, "Name"),
					Message.address(fields.bytes("Addr"), fields.number("Port")), Message.meta(fields),
					Message.versions(fields));
			return new MemberState(alive, (int) fields.number("State"));
		}

	}

	/**
	 * A message that could be in a packet, but is too large or too important: a ping, its
	 * answer, or what a user says.
	 *
	 * @param message the message
	 */
	record Single(Message message) implements StreamMessage {

		@Override
		public byte[] encode() {
			if (!(this.message instanceof Message.User user)) {
				return this.message.encode();
			}
			ByteArrayOutputStream out = new ByteArrayOutputStream(16 + user.content().length);
			out.write(Message.USER);
			new Fields().with("UserMsgLen", user.content().length).write(out);
			out.writeBytes(user.content());
			return out.toByteArray();
		}

	}

	/**
	 * Why there is no answer.
	 *
	 * @param reason the reason
	 */
	record Failure(String reason) implements StreamMessage {

		static final int TYPE = 13;

		private static final int MAX_REASON = 1024;

		@Override
		public byte[] encode() {
			return new Fields().with("Error", this.reason).message(TYPE);
		}

		static Failure read(Input in) {
			return new Failure(Fields.read(in).text("Error", MAX_REASON));
		}

	}

	/**
	 * Reads a message that is neither encrypted nor compressed.
	 * @param type its type
	 * @param in what stands behind that
	 * @return the message
	 * @throws IncompleteException when more has to come
	 * @throws MalformedException when it is none
	 */
	static StreamMessage read(int type, Input in) {
		return switch (type) {
			case PushPull.TYPE -> PushPull.read(in);
			case Failure.TYPE -> Failure.read(in);
			case Message.USER -> {
				long length = Fields.read(in).number("UserMsgLen");
				yield new Single(new Message.User(in.readBytes(length)));
			}
			case Message.Ping.TYPE, Message.Ack.TYPE -> new Single(Message.read(type, in));
			default -> throw new MalformedException("no message of type " + type + " for a connection");
		};
	}

}

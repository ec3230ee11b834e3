package io.microspring.plugins.registry.gossip;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * What members say to each other: memberlist's messages, each a byte for its type and a
 * map. Immutable, if nobody changes the arrays.
 */
sealed interface Message {

	/** Several messages, behind a table of their lengths. */
	int COMPOUND = 7;

	/** What the members' users say to each other. */
	int USER = 8;

	/** A message that is compressed. */
	int COMPRESSED = 9;

	/** A stream that is encrypted. */
	int ENCRYPTED = 10;

	/** A packet with a checksum in front. */
	int CHECKED = 12;

	int MAX_NAME = 512;

	/** memberlist's limit. */
	int MAX_META = 512;

	byte[] encode();

	/**
	 * Asks a member whether it is there.
	 *
	 * @param sequence stands in the answer
	 * @param node who is meant; empty for whoever is there
	 * @param source who wants to know
	 */
	record Ping(long sequence, String node, Source source) implements Message {

		static final int TYPE = 0;

		@Override
		public byte[] encode() {
			return this.source.write(new Fields().with("SeqNo", this.sequence).with("Node", this.node)).message(TYPE);
		}

		static Ping read(Fields fields) {
			return new Ping(fields.number("SeqNo"), fields.text("Node", MAX_NAME), Source.read(fields));
		}

	}

	/**
	 * Asks a member to ask another, which does not answer.
	 *
	 * @param sequence stands in the answer
	 * @param target where the other one is
	 * @param node who is meant
	 * @param nack whether to say so when the other one does not answer
	 * @param source who wants to know
	 */
	record IndirectPing(long sequence, InetSocketAddress target, String node, boolean nack,
			Source source) implements Message {

		static final int TYPE = 1;

		@Override
		public byte[] encode() {
			return this.source
				.write(new Fields().with("SeqNo", this.sequence)
					.with("Target", this.target.getAddress().getAddress())
					.with("Port", this.target.getPort())
					.with("Node", this.node)
					.with("Nack", this.nack))
				.message(TYPE);
		}

		static IndirectPing read(Fields fields) {
			return new IndirectPing(fields.number("SeqNo"),
					Message.address(fields.bytes("Target"), fields.number("Port")), fields.text("Node", MAX_NAME),
					fields.flag("Nack"), Source.read(fields));
		}

	}

	/**
	 * Answers a ping.
	 *
	 * @param sequence that of the ping
	 */
	record Ack(long sequence) implements Message {

		static final int TYPE = 2;

		@Override
		public byte[] encode() {
			return new Fields().with("SeqNo", this.sequence).with("Payload", new byte[0]).message(TYPE);
		}

	}

	/**
	 * Answers an indirect ping: the other one did not.
	 *
	 * @param sequence that of the indirect ping
	 */
	record Nack(long sequence) implements Message {

		static final int TYPE = 11;

		@Override
		public byte[] encode() {
			return new Fields().with("SeqNo", this.sequence).message(TYPE);
		}

	}

	/**
	 * A member does not answer.
	 *
	 * @param incarnation the last one that was known of it
	 * @param node who
	 * @param from who says so
	 */
	record Suspect(long incarnation, String node, String from) implements Message {

		static final int TYPE = 3;

		@Override
		public byte[] encode() {
			return claim(this.incarnation, this.node, this.from).message(TYPE);
		}

	}

	/**
	 * A member is there.
	 *
	 * @param incarnation counts what it says of itself
	 * @param node who
	 * @param address where it is
	 * @param meta what it says of itself
	 * @param versions lowest, highest and present version of the protocol, and of what
	 * its users speak
	 */
	record Alive(long incarnation, String node, InetSocketAddress address, byte[] meta,
			byte[] versions) implements Message {

		static final int TYPE = 4;

		@Override
		public byte[] encode() {
			return new Fields().with("Incarnation", this.incarnation)
				.with("Node", this.node)
				.with("Addr", this.address.getAddress().getAddress())
				.with("Port", this.address.getPort())
				.with("Meta", this.meta)
				.with("Vsn", this.versions)
				.message(TYPE);
		}

		static Alive read(Fields fields) {
			return new Alive(fields.number("Incarnation"), Message.name(fields, "Node"),
					Message.address(fields.bytes("Addr"), fields.number("Port")), Message.meta(fields),
					Message.versions(fields));
		}

	}

	/**
	 * A member is gone: it says so itself, or it was suspected for too long.
	 *
	 * @param incarnation the last one that was known of it
	 * @param node who
	 * @param from who says so
	 */
	record Dead(long incarnation, String node, String from) implements Message {

		static final int TYPE = 5;

		@Override
		public byte[] encode() {
			return claim(this.incarnation, this.node, this.from).message(TYPE);
		}

	}

	/**
	 * What a user of one member says to those of the others.
	 *
	 * @param content the content
	 */
	record User(byte[] content) implements Message {

		@Override
		public byte[] encode() {
			byte[] message = new byte[this.content.length + 1];
			message[0] = USER;
			System.arraycopy(this.content, 0, message, 1, this.content.length);
			return message;
		}

	}

	/**
	 * Who asks, and where to answer.
	 *
	 * @param address null to answer where the question came from
	 * @param node its name, empty when not known
	 */
	record Source(@Nullable InetSocketAddress address, String node) {

		Fields write(Fields fields) {
			return (this.address == null) ? fields
					: fields.with("SourceAddr", this.address.getAddress().getAddress())
						.with("SourcePort", this.address.getPort())
						.with("SourceNode", this.node);
		}

		static Source read(Fields fields) {
			byte[] address = fields.bytes("SourceAddr");
			long port = fields.number("SourcePort");
			return new Source((address.length > 0 && port > 0) ? Message.address(address, port) : null,
					fields.text("SourceNode", MAX_NAME));
		}

	}

	/**
	 * Reads a message that is no wrapping of others.
	 * @param type its type
	 * @param in what stands behind that
	 * @return the message
	 * @throws MalformedException when it is none
	 */
	static Message read(int type, Input in) {
		if (type == USER) {
			return new User(in.readRest());
		}
		Fields fields = Fields.read(in);
		return switch (type) {
			case Ping.TYPE -> Ping.read(fields);
			case IndirectPing.TYPE -> IndirectPing.read(fields);
			case Ack.TYPE -> new Ack(fields.number("SeqNo"));
			case Nack.TYPE -> new Nack(fields.number("SeqNo"));
			case Suspect.TYPE -> new Suspect(fields.number("Incarnation"), name(fields, "Node"), from(fields));
			case Alive.TYPE -> Alive.read(fields);
			case Dead.TYPE -> new Dead(fields.number("Incarnation"), name(fields, "Node"), from(fields));
			default -> throw new MalformedException("no message of type " + type);
		};
	}

	static String name(Fields fields, String field) {
		String name = fields.text(field, MAX_NAME);
		if (name.isEmpty()) {
			throw new MalformedException(field + " is empty");
		}
		return name;
	}

	static byte[] meta(Fields fields) {
		byte[] meta = fields.bytes("Meta");
		if (meta.length > MAX_META) {
			throw new MalformedException("Meta has " + meta.length + " bytes");
		}
		return meta;
	}

	/** Six of them; memberlist leaves out those that are zero. */
	static byte[] versions(Fields fields) {
		return Arrays.copyOf(fields.bytes("Vsn"), 6);
	}

	static InetSocketAddress address(byte[] address, long port) {
		if (port < 1 || port > 0xffff) {
			throw new MalformedException("port " + port);
		}
		try {
			return new InetSocketAddress(InetAddress.getByAddress(address), (int) port);
		}
		catch (UnknownHostException ex) {
			throw new MalformedException("an address of " + address.length + " bytes");
		}
	}

	private static String from(Fields fields) {
		return fields.text("From", MAX_NAME);
	}

	private static Fields claim(long incarnation, String node, String from) {
		return new Fields().with("Incarnation", incarnation).with("Node", node).with("From", from);
	}

}

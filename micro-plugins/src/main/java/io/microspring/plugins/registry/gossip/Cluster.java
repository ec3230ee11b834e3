package io.microspring.plugins.registry.gossip;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.microspring.plugins.registry.gossip.Member.State;
import io.microspring.plugins.registry.gossip.ServiceTable.Entry;
import io.microspring.plugins.registry.gossip.StreamMessage.PushPull;
import io.microspring.plugins.registry.gossip.StreamMessage.Single;
import io.microspring.registry.RegistryException;
import io.microspring.transport.Addresses;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member among the others: hears them, asks them whether they are there, tells them
 * news, joins them by their seeds, and joins them again where the cluster fell apart.
 * memberlist: {@code Memberlist}. Used by the thread of its sockets, unless a method says
 * otherwise.
 */
final class Cluster implements Sockets.Receiver, FailureDetector.Wire, Membership.Listener {

	private static final Logger log = LoggerFactory.getLogger(Cluster.class);

	/** How many are told each time. */
	private static final int GOSSIP_TO = 3;

	/**
	 * How much one is told at once when there is much to tell; memberlist: one packet.
	 */
	private static final int PACKETS = 16;

	/** How many are told directly what fits into no packet. */
	private static final int MAX_TOLD = 256;

	private final GossipOptions options;

	private final Seeds seeds;

	private final User user;

	private final PacketCodec packets;

	private final Sockets sockets;

	private final BroadcastQueue queue = new BroadcastQueue();

	private final Membership membership;

	private final FailureDetector detector;

	/** Who is told next. */
	private final Round listeners;

	private int arrivals;

	/** Whether it has been in touch with anyone, or need not be. */
	private volatile boolean joined;

	private volatile String trouble = "";

	private volatile int others;

	/**
	 * A cluster of one; opens the sockets.
	 * @param name name of the member
	 * @param options how it works
	 * @param user whom what others say is for
	 * @throws RegistryException when it cannot listen
	 */
	Cluster(String name, GossipOptions options, User user) {
		this.options = options;
		this.joined = options.seeds().isBlank();
		this.user = user;
		Keyring keyring = options.keyring();
		this.packets = new PacketCodec(keyring, options.compression());
		this.sockets = new Sockets(HostPort.read(options.bindAddress(), 0), options.timeout(),
				new StreamCodec(keyring, options.compression()), this);
		try {
			this.membership = new Membership(name, advertised(), options.timing(), this.sockets, this.queue, this);
		}
		catch (RuntimeException ex) {
			this.sockets.close();
			throw ex;
		}
		this.detector = new FailureDetector(this.membership, options.timing(), this.sockets, this);
		this.listeners = new Round(this.membership);
		this.seeds = new Seeds(HostPort.all(options.seeds()), this.membership, this.sockets);
	}

	private InetSocketAddress advertised() {
		HostPort announced = HostPort.read(
				Addresses.announced(HostPort.text(this.sockets.address()), this.options.advertiseAddress()),
				this.sockets.address().getPort());
		try {
			return new InetSocketAddress(InetAddress.getByName(announced.host()), announced.port());
		}
		catch (UnknownHostException ex) {
			throw new RegistryException(
					"registry gossip: nobody knows the address of " + announced.host() + ", which it advertises", ex);
		}
	}

	/** Begins to ask and to tell. Any thread may call it. */
	void start() {
		GossipOptions.Timing timing = this.options.timing();
		this.sockets.execute(() -> {
			this.sockets.start();
			this.sockets.every(timing.probe(), this.detector::tick);
			this.sockets.every(timing.gossip(), this::gossip);
			if (!timing.pushPull().isZero()) {
				this.sockets.every(timing.pushPull(), this::pushPull);
			}
		});
	}

	Sockets sockets() {
		return this.sockets;
	}

	String name() {
		return this.membership.self().name();
	}

	/** Where others reach it. Any thread may ask. */
	InetSocketAddress address() {
		return this.membership.self().address();
	}

	/** Whether it has been in touch with anyone, or need not be. Any thread may ask. */
	boolean isJoined() {
		return this.joined;
	}

	/** How many others are there. Any thread may ask. */
	int others() {
		return this.others;
	}

	/** Why no seed could be joined at the last try. Any thread may ask. */
	String trouble() {
		return this.trouble;
	}

	// joining

	/**
	 * Joins what seeds and lost members are not there. Looks names up, so not by the
	 * thread of the sockets.
	 * @return done when one is joined, or when none can be
	 */
	CompletableFuture<Void> join() {
		List<String> troubles = Collections.synchronizedList(new ArrayList<>());
		List<InetSocketAddress> resolved = this.seeds.resolve(troubles);
		return this.sockets.submit(() -> join(resolved, troubles)).thenCompose((done) -> done);
	}

	private CompletableFuture<Void> join(List<InetSocketAddress> resolved, List<String> troubles) {
		if (resolved.contains(address())) {
			this.joined = true;
		}
		List<InetSocketAddress> absent = this.seeds.absent(resolved);
		CompletableFuture<Void> first = new CompletableFuture<>();
		List<CompletableFuture<Void>> all = absent.stream().map((address) -> exchange(address).handle((ok, failure) -> {
			if (failure == null) {
				first.complete(null);
			}
			else {
				Throwable cause = (failure.getCause() != null) ? failure.getCause() : failure;
				troubles.add(HostPort.text(address) + " does not let it in: " + cause.getMessage());
			}
			return (Void) null;
		})).toList();
		CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).whenComplete((done, failure) -> {
			this.trouble = String.join("; ", troubles);
			first.complete(null);
		});
		return first;
	}

	/** Tells a member all that is known, and hears all that it knows. */
	private CompletableFuture<Void> exchange(InetSocketAddress with) {
		return this.sockets.ask(with, knowledge(true)).thenCompose((answer) -> {
			if (answer instanceof PushPull theirs) {
				boolean alone = this.others == 0;
				// Whoever comes to a cluster has nothing to tell it but its own.
				return merge(theirs, !alone).thenRun(() -> {
					if (alone) {
						// Once more, with another one: of those who come at the same
						// time, not all may have heard of each other.
						this.sockets.after(this.options.timing().rejoin(), this::pushPull);
					}
				});
			}
			throw new MalformedException(
					(answer instanceof StreamMessage.Failure failure) ? failure.reason() : "it answers something else");
		});
	}

	private PushPull knowledge(boolean join) {
		return new PushPull(join, this.membership.states(), join ? this.user.state() : new byte[0]);
	}

	private CompletionStage<Void> merge(PushPull theirs, boolean passOn) {
		byte[] state = theirs.join() ? theirs.state() : new byte[0];
		return this.sockets.large().run(state.length, () -> this.user.read(state)).thenAccept((services) -> {
			int before = this.arrivals;
			this.membership.merge(theirs.members());
			this.user.merge(services, passOn);
			this.joined = true;
			if (this.arrivals > before) {
				this.user.announce();
			}
		});
	}

	private void pushPull() {
		for (Member member : this.membership.random(1, (other) -> other.state() == State.ALIVE)) {
			exchange(member.address()).exceptionally((failure) -> {
				log.debug("No exchange with {}: {}", member, failure.getMessage());
				return null;
			});
		}
	}

	// hearing

	@Override
	public void packet(byte[] packet, InetSocketAddress from) {
		this.packets.decode(packet, (message) -> handle(message, from));
	}

	private void handle(Message message, InetSocketAddress from) {
		if (message instanceof Message.Ping ping) {
			this.detector.ping(ping, from);
		}
		else if (message instanceof Message.IndirectPing ping) {
			this.detector.indirectPing(ping, from);
		}
		else if (message instanceof Message.Ack ack) {
			this.detector.ack(ack);
		}
		else if (message instanceof Message.Nack nack) {
			this.detector.nack(nack);
		}
		else if (message instanceof Message.Alive alive) {
			this.membership.alive(alive);
		}
		else if (message instanceof Message.Suspect suspect) {
			this.membership.suspect(suspect);
		}
		else if (message instanceof Message.Dead dead) {
			this.membership.dead(dead);
		}
		else if (message instanceof Message.User said) {
			Member sender = this.membership.at(from);
			this.user.receive(said.content(), (sender != null) ? sender.name() : "");
		}
	}

	@Override
	public CompletionStage<@Nullable StreamMessage> stream(StreamMessage message, InetSocketAddress from) {
		if (message instanceof PushPull theirs) {
			return merge(theirs, true).thenApply((merged) -> knowledge(theirs.join()));
		}
		if (message instanceof Single single && single.message() instanceof Message.User said) {
			this.user.receive(said.content(), "");
		}
		if (message instanceof Single single && single.message() instanceof Message.Ping ping
				&& this.detector.isForUs(ping)) {
			return CompletableFuture.completedStage(new Single(new Message.Ack(ping.sequence())));
		}
		return CompletableFuture.completedStage(null);
	}

	// telling

	@Override
	public void send(InetSocketAddress to, Message... messages) {
		List<byte[]> packet = new ArrayList<>();
		int room = this.packets.room();
		for (Message message : messages) {
			byte[] encoded = message.encode();
			packet.add(encoded);
			room -= encoded.length + PacketCodec.MESSAGE_OVERHEAD;
		}
		this.queue.take(room, 1, this.membership.size()).forEach(packet::addAll);
		this.sockets.send(to, this.packets.encode(packet));
	}

	@Override
	public CompletionStage<Boolean> ping(InetSocketAddress to, Message.Ping ping) {
		return this.sockets.ask(to, new Single(ping))
			.handle((answer, failure) -> new Single(new Message.Ack(ping.sequence())).equals(answer));
	}

	private void gossip() {
		if (this.queue.size() > 0) {
			gossip(GOSSIP_TO);
		}
	}

	private void gossip(int members) {
		for (Member member : this.listeners.next(members, this.membership::mayListen)) {
			for (List<byte[]> packet : this.queue.take(this.packets.room(), PACKETS, this.membership.size())) {
				this.sockets.send(member.address(), this.packets.encode(packet));
			}
		}
	}

	/**
	 * Tells all members something.
	 * @param name what it is about; what is told later takes its place
	 * @param content what
	 * @param directly whether to tell each directly what does not fit into a packet; if
	 * not, that is not told at all
	 * @return whether it fits into a packet
	 */
	boolean tell(String name, byte[] content, boolean directly) {
		byte[] message = this.packets.compressed(new Message.User(content).encode());
		boolean fits = this.packets.fits(message);
		if (this.others == 0) {
			// Whoever joins will hear it then.
			return fits;
		}
		if (fits) {
			this.queue.addUser(name, message);
		}
		else if (directly) {
			Single single = new Single(new Message.User(content));
			this.membership.random(MAX_TOLD, Member::isUp)
				.forEach((member) -> this.sockets.tell(member.address(), single).exceptionally((failure) -> {
					log.debug("{} was not told of {}: {}", member, name, failure.getMessage());
					return null;
				}));
		}
		return fits;
	}

	/**
	 * Says goodbye.
	 * @return done when it is said
	 */
	CompletableFuture<Void> leave() {
		CompletableFuture<Void> said = new CompletableFuture<>();
		this.sockets.execute(() -> {
			this.membership.leave();
			gossip(PACKETS);
			// Once more: a packet may get lost.
			this.sockets.after(this.options.timing().gossip(), () -> {
				gossip(PACKETS);
				said.complete(null);
			});
		});
		return said;
	}

	// members

	@Override
	public void up(Member member) {
		this.arrivals++;
		this.listeners.add(member);
		this.joined = true;
		this.others = this.membership.others().size();
		this.user.up(member.name());
	}

	@Override
	public void down(Member member) {
		this.others = this.membership.others().size();
		if (member.state() == State.DEAD) {
			this.seeds.lost(member);
		}
		this.user.down(member.name());
	}

	@Override
	public void refuted() {
		this.detector.refuted();
		this.user.announce();
	}

	/** Whom what others say is for, and who has something to say. */
	interface User {

		/**
		 * Somebody says something.
		 * @param content what
		 * @param sender the member that it came from, empty when that is not known
		 */
		void receive(byte[] content, String sender);

		/** All that is known, for whoever joins. */
		byte[] state();

		/**
		 * Reads what another one knows; on any thread.
		 * @param state what it knows, empty for nothing
		 * @return its services
		 * @throws MalformedException when it cannot be read
		 */
		List<Entry> read(byte[] state);

		/**
		 * Takes over what another one knows.
		 * @param services what it knows
		 * @param passOn whether to tell others what of that is news
		 */
		void merge(List<Entry> services, boolean passOn);

		/** Tells everyone its own once more: some may not have heard it. */
		void announce();

		/** A member is there. */
		void up(String member);

		/** A member is gone, and may come back. */
		void down(String member);

	}

}

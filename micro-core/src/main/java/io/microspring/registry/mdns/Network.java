package io.microspring.registry.mdns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

import io.microspring.health.HealthReport;
import io.microspring.registry.MdnsOptions;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends and receives DNS messages: by multicast where it works, which is tried out by
 * asking a question and listening for it, else over the loopback fall-back. Except for
 * {@link #health()} and {@link #close()} used by the loop's thread only.
 */
final class Network implements AutoCloseable {

	private static final Logger log = LoggerFactory.getLogger(Network.class);

	/** How long our own question may take to come back. */
	private static final Duration[] TEST = { Duration.ofMillis(50), Duration.ofMillis(150), Duration.ofMillis(300) };

	private static final String ADVICE = "in a container use the host's network (--network host, in Kubernetes"
			+ " hostNetwork: true), or choose another registry, such as consul, by micro.registry.type";

	/** How often to look for new interfaces. */
	private static final Duration REFRESH = Duration.ofSeconds(15);

	/** How often to try whether multicast works by now. */
	private static final Duration RETRY = Duration.ofSeconds(5);

	private static final int MAX_PACKETS_PER_TURN = 64;

	private static final int MAX_OWN_IDS = 256;

	/** Of messages that are multicast DNS, opcode and response code are zero. */
	private static final int CODES = 0x780f;

	private final MdnsOptions options;

	private final EventLoop loop;

	private final Receiver receiver;

	private final DnsQuestion selfTest;

	private final CompletableFuture<Void> ready = new CompletableFuture<>();

	private final ByteBuffer buffer = ByteBuffer.allocate(0x10000);

	private final Set<Integer> ownIds = new LinkedHashSet<>();

	private @Nullable MulticastLink multicast;

	private @Nullable LoopbackLink loopback;

	/** Whether a packet of our own came back through multicast. */
	private boolean heard;

	/** Whether anything came from somebody else. */
	private boolean heardOthers;

	private volatile HealthReport health = HealthReport.down("mDNS is starting");

	private volatile String hint = "";

	Network(MdnsOptions options, Domain domain, EventLoop loop, Receiver receiver) {
		this.options = options;
		this.loop = loop;
		this.receiver = receiver;
		this.selfTest = Domain.question(domain.unused(), DnsRecordType.PTR);
	}

	/**
	 * Opens the sockets and finds out what works.
	 * @return done when that is known; fails when nothing does
	 */
	CompletableFuture<Void> start() {
		this.loop.execute(() -> {
			try {
				openMulticast();
				refreshLater();
			}
			catch (IOException ex) {
				this.ready.completeExceptionally(ex);
			}
		});
		return this.ready;
	}

	private void openMulticast() throws IOException {
		if (this.multicast != null) {
			this.multicast.close();
			this.multicast = null;
		}
		if (this.options.multicast()) {
			this.multicast = MulticastLink.open(this.options.port());
			read(this.multicast);
			if (this.multicast.hasJoined()) {
				test(0);
				return;
			}
		}
		fallBack();
	}

	private void test(int attempt) {
		if (this.heard) {
			return;
		}
		if (attempt == TEST.length) {
			fallBack();
			return;
		}
		ask(this.selfTest);
		this.loop.after(TEST[attempt], () -> test(attempt + 1));
	}

	private void heardOurselves() {
		if (this.heard) {
			return;
		}
		this.heard = true;
		if (this.loopback != null) {
			log.info("Multicast DNS works now, on {}", this.multicast);
		}
		report();
		if (this.multicast != null && !this.multicast.leavesThisHost() && !refusals().isEmpty()) {
			log.warn("Multicast DNS works on {} only, {}: no other host is found; {}", this.multicast, refusals(),
					ADVICE);
		}
		this.ready.complete(null);
	}

	private void fallBack() {
		if (this.loopback == null) {
			try {
				openLoopback();
			}
			catch (IOException ex) {
				this.ready.completeExceptionally(ex);
				return;
			}
			report();
			log.warn("{}", this.health.detail());
		}
		this.ready.complete(null);
	}

	private void openLoopback() throws IOException {
		this.loopback = LoopbackLink.open(this.options.port());
		read(this.loopback);
	}

	private void refresh() {
		try {
			if (this.heard && this.multicast != null) {
				this.multicast.join();
			}
			else if (this.options.multicast()) {
				openMulticast();
			}
			report();
		}
		catch (IOException ex) {
			log.debug("mDNS could not look for interfaces: {}", ex.getMessage());
		}
		refreshLater();
	}

	private void refreshLater() {
		this.loop.after(this.heard ? REFRESH : RETRY, this::refresh);
	}

	/**
	 * Whether others can ask us.
	 * @return null when they can, else why not
	 */
	@Nullable String unfindable() {
		try {
			if (this.heard || this.loopback == null || this.loopback.isFindable()) {
				return null;
			}
			// A port may have become free since.
			this.loopback.close();
			openLoopback();
			return this.loopback.isFindable() ? null : "all ports of the loopback fall-back, " + this.loopback
					+ ", are taken, so that nobody could find it";
		}
		catch (IOException ex) {
			return String.valueOf(ex.getMessage());
		}
	}

	private void read(Link link) throws IOException {
		for (DatagramChannel channel : link.channels()) {
			this.loop.add(channel, (readable) -> receive(link, readable));
		}
	}

	private void receive(Link link, DatagramChannel channel) {
		try {
			for (int i = 0; i < MAX_PACKETS_PER_TURN; i++) {
				this.buffer.clear();
				SocketAddress from = channel.receive(this.buffer);
				if (from == null) {
					return;
				}
				byte[] packet = new byte[this.buffer.flip().remaining()];
				this.buffer.get(packet);
				receive(packet, new Source(link, channel, (InetSocketAddress) from));
			}
		}
		catch (IOException ex) {
			log.debug("mDNS could not receive: {}", ex.toString());
		}
	}

	private void receive(byte[] packet, Source source) {
		try {
			DnsMessage message = DnsMessage.decode(packet);
			if ((message.flags() & CODES) != 0) {
				return;
			}
			if (!message.isResponse()) {
				if (this.ownIds.contains(message.id()) && source.link().asksFrom(source.from().getPort())) {
					heardOurselves();
					return;
				}
				if (!source.link().mayAnswer(source.channel(), source.from().getAddress())) {
					return;
				}
			}
			// An announcement may be our own that came back.
			if (!this.heardOthers && (!message.isResponse() || source.isAnswer())) {
				this.heardOthers = true;
				report();
			}
			this.receiver.received(message, source);
		}
		catch (RuntimeException ex) {
			// Whatever a packet holds, the next one may be a good one.
			log.debug("mDNS drops {} bytes from {}: {}", packet.length, source.from(), ex.toString());
		}
	}

	/** Asks everyone. */
	void ask(DnsQuestion question) {
		int id = 1 + ThreadLocalRandom.current().nextInt(0xffff);
		this.ownIds.add(id);
		if (this.ownIds.size() > MAX_OWN_IDS) {
			this.ownIds.remove(this.ownIds.iterator().next());
		}
		ByteBuffer packet = ByteBuffer.wrap(DnsMessage.query(id, question).encode());
		links().forEach((link) -> link.ask(packet));
	}

	/** Tells everyone. */
	void announce(DnsMessage message) {
		ByteBuffer packet = ByteBuffer.wrap(message.encode());
		links().forEach((link) -> link.announce(packet));
	}

	/** Answers whoever asked, at the port it asked from. */
	void reply(Source source, DnsMessage message) {
		try {
			source.channel().send(ByteBuffer.wrap(message.encode()), source.from());
		}
		catch (IOException ex) {
			log.debug("mDNS could not answer {}: {}", source.from(), ex.toString());
		}
	}

	private List<Link> links() {
		List<Link> links = new ArrayList<>(2);
		if (this.multicast != null) {
			links.add(this.multicast);
		}
		if (this.loopback != null) {
			links.add(this.loopback);
		}
		return links;
	}

	/** How it is. Thread-safe. */
	HealthReport health() {
		return this.health;
	}

	/** Why something may not be found. Thread-safe. */
	String hint() {
		return this.hint;
	}

	private void report() {
		Map<String, String> details = new TreeMap<>();
		details.put("domain", this.options.domain());
		details.put("port", String.valueOf(this.options.port()));
		if (this.multicast != null) {
			details.put("groups", this.multicast.tried());
			if (this.multicast.hasJoined()) {
				details.put("interfaces", this.multicast.toString());
			}
		}
		if (!refusals().isEmpty()) {
			details.put("refused", refusals());
		}
		if (this.loopback != null) {
			details.put("fallback", this.loopback.toString());
		}
		if (this.heard) {
			this.health = HealthReport.up("multicast DNS on " + this.multicast).with(details);
			this.hint = this.heardOthers ? "" : "it heard nobody else on " + this.multicast
					+ (refusals().isEmpty() ? "" : " (" + refusals() + ")") + ": " + ADVICE;
		}
		else {
			details.put("advice", ADVICE);
			this.health = HealthReport
				.degraded(trouble() + "; only processes of this host that fall back too are found," + " over "
						+ this.loopback + "; " + ADVICE)
				.with(details);
			this.hint = trouble() + ": only processes of this host are found; " + ADVICE;
		}
	}

	/** What could not be had, and why. */
	private String refusals() {
		return (this.multicast != null) ? this.multicast.refusals()
			.entrySet()
			.stream()
			.map((refusal) -> refusal.getKey() + ": " + refusal.getValue())
			.collect(Collectors.joining("; ")) : "";
	}

	private String trouble() {
		if (!this.options.multicast()) {
			return "Multicast DNS is switched off (micro.registry.mdns.multicast)";
		}
		if (this.multicast != null && this.multicast.hasJoined()) {
			return "Multicast DNS does not work: on " + this.multicast + ", port " + this.options.port()
					+ ", our own question did not come back" + (refusals().isEmpty() ? "" : " (" + refusals() + ")");
		}
		return "Multicast DNS does not work: no interface let us join, port " + this.options.port() + " (" + refusals()
				+ ")";
	}

	/** Closes the sockets, after what the loop was handed before. Idempotent. */
	@Override
	public void close() {
		this.loop.close();
	}

	/** Is given each message that is no packet of our own. */
	@FunctionalInterface
	interface Receiver {

		/**
		 * A message came.
		 * @param message the message
		 * @param source where from
		 */
		void received(DnsMessage message, Source source);

	}

	/**
	 * Where a message came from.
	 *
	 * @param link through what
	 * @param channel the socket it came to
	 * @param from the sender
	 */
	record Source(Link link, DatagramChannel channel, InetSocketAddress from) {

		/** Whether it was sent to us alone. */
		boolean isAnswer() {
			return this.link.isForAnswers(this.channel);
		}

	}

}

package io.microspring.registry.mdns;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;

/**
 * Tells the others of the nodes that are registered here: when they come and go, and
 * whenever it is asked. Used by the loop's thread only. go-micro: {@code mdns.Server}.
 */
final class Responder {

	/** The second and third probe follow within this time each, as go-micro's. */
	private static final int MAX_PROBE_DELAY_MILLIS = 250;

	/** News is told more than once, because a packet may get lost. */
	private static final Duration[] REPEATS = { Duration.ofSeconds(1), Duration.ofSeconds(3) };

	private static final Duration GOODBYE_REPEAT = Duration.ofMillis(250);

	/** The same question that comes through several interfaces is answered once. */
	private static final Duration SAME_QUESTION = Duration.ofMillis(500);

	private static final int MAX_ASKED = 1024;

	private final EventLoop loop;

	private final Network network;

	private final Domain domain;

	private final Consumer<Instance> expired;

	private final Map<Instance.Key, Registration> registrations = new LinkedHashMap<>();

	private final Map<Asked, Long> asked = new LinkedHashMap<>();

	/**
	 * A responder.
	 * @param expired is told of a node that was not renewed in time
	 */
	Responder(EventLoop loop, Network network, Domain domain, Consumer<Instance> expired) {
		this.loop = loop;
		this.network = network;
		this.domain = domain;
		this.expired = expired;
	}

	/**
	 * Registers a node, or renews it.
	 * @param ttl when to forget it; zero: never
	 */
	void register(NodeRecords records, Duration ttl) {
		Instance.Key key = records.instance().key();
		Registration former = this.registrations.get(key);
		boolean known = former != null && former.records.instance().equals(records.instance());
		Registration registration = new Registration((former != null && known) ? former.records : records);
		this.registrations.put(key, registration);
		if (!ttl.isZero()) {
			this.loop.after(ttl, () -> expire(key, registration));
		}
		if (former == null) {
			probe(key, registration.records, 3);
		}
		// Renewals are announced too, so that watchers know that the node lives.
		this.network.announce(registration.records.announcement());
		if (!known) {
			for (Duration repeat : REPEATS) {
				this.loop.after(repeat, () -> announceAgain(key, registration.records));
			}
		}
	}

	/** Nobody listens for answers to probes, in go-micro neither: ids are unique. */
	private void probe(Instance.Key key, NodeRecords records, int times) {
		if (times == 0 || !isPresent(key, records)) {
			return;
		}
		ThreadLocalRandom random = ThreadLocalRandom.current();
		this.network.announce(records.probe(1 + random.nextInt(0xffff)));
		this.loop.after(Duration.ofMillis(random.nextInt(MAX_PROBE_DELAY_MILLIS)),
				() -> probe(key, records, times - 1));
	}

	private void announceAgain(Instance.Key key, NodeRecords records) {
		if (isPresent(key, records)) {
			this.network.announce(records.announcement());
		}
	}

	private boolean isPresent(Instance.Key key, NodeRecords records) {
		Registration present = this.registrations.get(key);
		return present != null && present.records == records;
	}

	private void expire(Instance.Key key, Registration registration) {
		if (this.registrations.remove(key, registration)) {
			this.network.announce(registration.records.goodbye());
			this.expired.accept(registration.records.instance());
		}
	}

	/**
	 * Takes a node back.
	 * @return false when it is not registered
	 */
	boolean deregister(Instance.Key key) {
		Registration registration = this.registrations.remove(key);
		if (registration == null) {
			return false;
		}
		this.network.announce(registration.records.goodbye());
		this.loop.after(GOODBYE_REPEAT, () -> {
			if (!this.registrations.containsKey(key)) {
				this.network.announce(registration.records.goodbye());
			}
		});
		return true;
	}

	/** Takes everything back. */
	void close() {
		this.registrations.values().forEach((r) -> this.network.announce(r.records.goodbye()));
		this.registrations.clear();
	}

	/** What is registered here. */
	List<Instance> instances() {
		return this.registrations.values().stream().map((r) -> r.records.instance()).toList();
	}

	/** Answers the questions of a query; one message for each node, as go-micro. */
	void answer(DnsMessage query, Network.Source source) {
		if (this.registrations.isEmpty() || !query.authorities().isEmpty()) {
			return;
		}
		for (DnsQuestion question : query.questions()) {
			List<DnsMessage> answers = answers(question);
			if (!answers.isEmpty() && isNew(query.id(), question, source.from())) {
				answers.forEach((answer) -> this.network.reply(source, answer));
			}
		}
	}

	/**
	 * The answers to one question.
	 */
	List<DnsMessage> answers(DnsQuestion question) {
		List<DnsMessage> answers = new ArrayList<>();
		if (Domain.asks(question, this.domain.listing(), DnsRecordType.PTR)) {
			for (String service : services()) {
				answers.add(NodeRecords.listing(question, service, this.domain));
			}
		}
		else if (Domain.asks(question, this.domain.enumeration(), DnsRecordType.PTR)) {
			answers.add(DnsMessage.response(question,
					List.of(Domain.pointer(this.domain.enumeration(), this.domain.listing(), Instance.MAX_TTL))));
		}
		else if (Domain.asks(question, NodeRecords.hostName(), DnsRecordType.A, DnsRecordType.AAAA)) {
			List<DnsRecord> addresses = addresses(question.type());
			if (!addresses.isEmpty()) {
				answers.add(DnsMessage.response(question, addresses));
			}
		}
		else {
			for (Registration registration : this.registrations.values()) {
				NodeRecords records = registration.records;
				if (Domain.asks(question, records.serviceName(), DnsRecordType.PTR)) {
					answers.add(records.answer(question));
				}
				else if (Domain.asks(question, records.instanceName(), DnsRecordType.SRV, DnsRecordType.TXT,
						DnsRecordType.PTR)) {
					answers.add(records.detail(question));
				}
			}
		}
		return answers;
	}

	private Set<String> services() {
		return this.registrations.keySet()
			.stream()
			.map(Instance.Key::service)
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private List<DnsRecord> addresses(DnsRecordType type) {
		Map<String, DnsRecord> addresses = new LinkedHashMap<>();
		for (Registration registration : this.registrations.values()) {
			DnsRecord address = registration.records.address();
			if (type.equals(DnsRecordType.ANY) || type.equals(address.type())) {
				addresses.put(registration.records.host(), address);
			}
		}
		return List.copyOf(addresses.values());
	}

	private boolean isNew(int id, DnsQuestion question, InetSocketAddress from) {
		if (id == 0) {
			return true;
		}
		long now = System.nanoTime();
		Asked key = new Asked(id, from.getPort(), question.name());
		Long before = this.asked.remove(key);
		this.asked.put(key, now);
		if (this.asked.size() > MAX_ASKED) {
			this.asked.remove(this.asked.keySet().iterator().next());
		}
		return before == null || now - before > SAME_QUESTION.toNanos();
	}

	private record Asked(int id, int port, String name) {

	}

	/** A node until it expires; a renewal makes a new one. */
	private static final class Registration {

		private final NodeRecords records;

		Registration(NodeRecords records) {
			this.records = records;
		}

	}

}

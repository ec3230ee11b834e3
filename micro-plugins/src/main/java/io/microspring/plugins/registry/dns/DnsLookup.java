package io.microspring.plugins.registry.dns;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import io.microspring.registry.Node;
import io.microspring.registry.Service;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.resolver.HostsFileEntriesResolver;
import io.netty.resolver.ResolvedAddressTypes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes services out of records. SRV records name hosts and ports, A or AAAA records say
 * where the hosts are, and TXT records beside the SRV records say of which version a node
 * is, and more.
 */
final class DnsLookup {

	private static final String VERSION = "version";

	private static final String LATEST = "latest";

	private static final String NODE = "node";

	private static final int MAX_LABEL = 63;

	private static final int MAX_NAME = 253;

	/** How many hosts are asked for at once. */
	private static final int AT_ONCE = 64;

	private static final Logger log = LoggerFactory.getLogger(DnsLookup.class);

	private final DnsOptions options;

	private final DnsClient client;

	private final String name;

	private final String what;

	/** How long what was found counts, in seconds. */
	private long ttl = Long.MAX_VALUE;

	DnsLookup(DnsOptions options, DnsClient client, String name) {
		this.options = options;
		this.client = client;
		this.name = name;
		this.what = "look up " + name;
	}

	/** Asks, and waits for what is answered. */
	Found find() {
		int colon = this.name.lastIndexOf(':');
		int port = (colon > 0) ? DnsAddress.port(this.name.substring(colon + 1)) : -1;
		List<Service> services = (port > 0) ? hosts(List.of(this.name.substring(0, colon)), port) : named();
		if (!services.isEmpty() || this.ttl != Long.MAX_VALUE) {
			return new Found(services, within(this.ttl));
		}
		return new Found(services, this.options.minTtl());
	}

	private List<Service> named() {
		for (String domain : this.client.domains()) {
			String srvName = name(this.options.srvName(), domain);
			if (!isName(srvName)) {
				continue;
			}
			CompletableFuture<DnsAnswer> texts = this.options.txt()
					? this.client.ask(this.what, srvName, DnsRecordType.TXT) : null;
			DnsAnswer targets = ask(srvName, DnsRecordType.SRV);
			if (!targets.targets().isEmpty()) {
				// How long it counts that others are not there does not matter.
				this.ttl = Long.MAX_VALUE;
				count(targets.ttl());
				DnsAnswer described = (texts != null) ? this.client.await(this.what, texts) : null;
				List<List<String>> strings = (described != null) ? described.texts() : List.of();
				if (described != null && !strings.isEmpty()) {
					count(described.ttl());
				}
				return services(targets, strings, domain);
			}
			count(targets.ttl());
		}
		if (this.options.port() == 0) {
			return List.of();
		}
		return hosts(this.client.domains().stream().map((domain) -> name(this.options.hostName(), domain)).toList(),
				this.options.port());
	}

	private String name(String template, String domain) {
		String relative = template.replace(DnsOptions.SERVICE, this.name);
		return domain.isEmpty() ? relative : relative + "." + domain;
	}

	/** Whether DNS can carry a name. */
	private static boolean isName(String name) {
		if (name.length() > MAX_NAME || name.isEmpty()) {
			return false;
		}
		for (String label : name.split("\\.", -1)) {
			if (label.isEmpty() || label.length() > MAX_LABEL) {
				return false;
			}
		}
		return name.chars().allMatch((c) -> c > ' ' && c < 127);
	}

	private List<Service> hosts(List<String> names, int port) {
		for (String host : names) {
			List<InetAddress> ips = resolve(host);
			if (!ips.isEmpty()) {
				List<Node> nodes = ips.stream()
					.map((ip) -> DnsAddress.text(ip, port))
					.map((address) -> Node.of(address, address))
					.toList();
				return List.of(new Service(this.name, LATEST, Map.of(), List.of(), nodes));
			}
		}
		return List.of();
	}

	private List<InetAddress> resolve(String host) {
		InetAddress known = known(host);
		if (known != null) {
			count(Long.MAX_VALUE - 1);
			return List.of(known);
		}
		if (!isName(host)) {
			return List.of();
		}
		DnsAnswer answer = ask(host, DnsRecordType.A);
		if (answer.hosts().isEmpty()) {
			answer = ask(host, DnsRecordType.AAAA);
		}
		count(answer.ttl());
		return answer.hosts().stream().map(DnsAnswer.Address::ip).toList();
	}

	/** An IP address, or a name in the file of hosts. */
	private static @Nullable InetAddress known(String host) {
		InetAddress ip = DnsAddress.ip(host);
		return (ip != null) ? ip : HostsFileEntriesResolver.DEFAULT.address(host, ResolvedAddressTypes.IPV4_PREFERRED);
	}

	private List<Service> services(DnsAnswer answer, List<List<String>> texts, String domain) {
		List<DnsAnswer.Target> targets = answer.targets()
			.stream()
			.filter((target) -> !target.name().isEmpty())
			.distinct()
			.toList();
		Map<String, List<InetAddress>> hosts = hosts(targets, answer);
		Map<String, Long> ports = targets.stream()
			.collect(Collectors.groupingBy(DnsAnswer.Target::name, Collectors.counting()));
		List<Service> services = new ArrayList<>();
		for (DnsAnswer.Target target : targets) {
			List<InetAddress> ips = hosts.getOrDefault(target.name(), List.of());
			if (ips.isEmpty()) {
				log.debug("{} of {} has no address", target.name(), this.name);
			}
			String host = host(target.name(), domain);
			Map<String, String> metadata = metadata(target, host, texts);
			String version = metadata.remove(VERSION);
			for (InetAddress ip : ips) {
				String address = DnsAddress.text(ip, target.port());
				// The host's name, as go-micro has it, where that is one node.
				String id = (ips.size() > 1) ? host + "-" + address
						: (ports.getOrDefault(target.name(), 1L) > 1) ? host + ":" + target.port() : host;
				services
					.add(Service.of(this.name, (version != null) ? version : LATEST, new Node(id, address, metadata)));
			}
		}
		return Service.byVersion(services);
	}

	/** Where the hosts are; most servers have said so already. */
	private Map<String, List<InetAddress>> hosts(List<DnsAnswer.Target> targets, DnsAnswer answer) {
		Map<String, List<InetAddress>> hosts = new HashMap<>();
		List<String> missing = new ArrayList<>();
		for (String name : targets.stream().map(DnsAnswer.Target::name).distinct().toList()) {
			List<DnsAnswer.Address> given = answer.besides().getOrDefault(name, List.of());
			InetAddress known = given.isEmpty() ? known(name) : null;
			if (known != null) {
				hosts.put(name, List.of(known));
			}
			else if (!given.isEmpty()) {
				given.forEach((address) -> count(address.ttl()));
				hosts.put(name, given.stream().map(DnsAnswer.Address::ip).toList());
			}
			else if (isName(name)) {
				missing.add(name);
			}
		}
		for (int from = 0; from < missing.size(); from += AT_ONCE) {
			Map<String, CompletableFuture<DnsAnswer>> asked = new LinkedHashMap<>();
			for (String name : missing.subList(from, Math.min(from + AT_ONCE, missing.size()))) {
				asked.put(name,
						this.client.ask(this.what, name, DnsRecordType.A)
							.thenCompose((first) -> first.hosts().isEmpty()
									? this.client.ask(this.what, name, DnsRecordType.AAAA)
									: CompletableFuture.completedFuture(first)));
			}
			asked.forEach((name, future) -> {
				DnsAnswer host = this.client.await(this.what, future);
				count(host.ttl());
				hosts.put(name, host.hosts().stream().map(DnsAnswer.Address::ip).toList());
			});
		}
		return hosts;
	}

	/** A host's name without the domain that all have. */
	private static String host(String name, String domain) {
		String end = "." + DnsAnswer.key(domain);
		return name.endsWith(end) && name.length() > end.length() ? name.substring(0, name.length() - end.length())
				: name;
	}

	/**
	 * What is said of a node: by texts for all first, then by those that name it.
	 */
	private static Map<String, String> metadata(DnsAnswer.Target target, String host, List<List<String>> texts) {
		Map<String, String> metadata = new LinkedHashMap<>();
		if (target.weight() > 0) {
			metadata.put("weight", Integer.toString(target.weight()));
		}
		if (target.priority() > 0) {
			metadata.put("priority", Integer.toString(target.priority()));
		}
		for (boolean named : new boolean[] { false, true }) {
			for (List<String> strings : texts) {
				Map<String, String> pairs = pairs(strings);
				String node = pairs.remove(NODE);
				if (named ? (node != null && isNamed(target, host, node)) : (node == null)) {
					metadata.putAll(pairs);
				}
			}
		}
		return metadata;
	}

	private static boolean isNamed(DnsAnswer.Target target, String host, String node) {
		String named = DnsAnswer.key(node);
		return named.equals(host) || named.equals(target.name()) || named.equals(host + ":" + target.port());
	}

	/** {@code key=value}; a key in capitals or not, and the first of it counts. */
	private static Map<String, String> pairs(List<String> strings) {
		Map<String, String> pairs = new LinkedHashMap<>();
		for (String string : strings) {
			int equals = string.indexOf('=');
			if (equals > 0) {
				pairs.putIfAbsent(string.substring(0, equals), string.substring(equals + 1));
			}
		}
		return pairs;
	}

	private DnsAnswer ask(String name, DnsRecordType type) {
		return this.client.await(this.what, this.client.ask(this.what, name, type));
	}

	/** The record that is over first ends it all. */
	private void count(long ttl) {
		if (ttl >= 0) {
			this.ttl = Math.min(this.ttl, ttl);
		}
	}

	private Duration within(long ttl) {
		Duration most = this.options.maxTtl();
		Duration said = (ttl < most.toSeconds()) ? Duration.ofSeconds(ttl) : most;
		return (said.compareTo(this.options.minTtl()) < 0) ? this.options.minTtl() : said;
	}

	/**
	 * What there is of a name.
	 *
	 * @param services one entry per version; empty when there is nothing
	 * @param ttl how long that counts
	 */
	record Found(List<Service> services, Duration ttl) {

	}

}

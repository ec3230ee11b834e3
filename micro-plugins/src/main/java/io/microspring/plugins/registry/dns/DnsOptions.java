package io.microspring.plugins.registry.dns;

import java.time.Duration;
import java.util.Objects;

import io.microspring.options.Limits;

/**
 * How the DNS registry works. Immutable. An address that is none, a template without
 * {@code {service}}, and a port or a time outside its limits is an
 * {@link IllegalArgumentException}. go-micro: the options of {@code selector/dns}.
 *
 * @param address the DNS servers as {@code ip:port}, separated by commas; port 53 is
 * added where there is none. Empty, the default, for those of the system. The first that
 * answers is used, the next when it no longer does
 * @param domain what comes after the names of services; {@code local} by default, as
 * go-micro has it. Empty: the names are completed by the system's search domains, one
 * after the other, and then asked for as they are
 * @param srvName where the SRV and TXT records of a service stand, in which
 * {@code {service}} is its name; {@code _{service}._tcp} by default, before the domain
 * @param hostName where the addresses of a service stand that has no SRV records,
 * likewise; {@code {service}} by default
 * @param port the port of nodes that are found by their address only; 0, the default,
 * when services have SRV records
 * @param txt whether TXT records are asked for, which tell version and metadata; true by
 * default
 * @param timeout how long to wait for one answer of one server, each of which is asked
 * twice; 2 s by default, from 1 ms to 1 min
 * @param minTtl how long an answer counts at least; 1 s by default, from 1 ms. It is also
 * how long no answer counts where the server does not say
 * @param maxTtl how long an answer counts at the most; 1 min by default, no shorter than
 * {@code minTtl}
 */
public record DnsOptions(String address, String domain, String srvName, String hostName, int port, boolean txt,
		Duration timeout, Duration minTtl, Duration maxTtl) {

	/** Stands for the name of a service. */
	static final String SERVICE = "{service}";

	public DnsOptions {
		DnsAddress.all(Objects.requireNonNull(address, "address"));
		domain = strip(domain);
		srvName = template("srvName", srvName);
		hostName = template("hostName", hostName);
		Limits.requireBetween("port", port, 0, 65535);
		Duration least = Duration.ofMillis(1);
		Limits.requireBetween("timeout", timeout, least, Duration.ofMinutes(1));
		if (minTtl.compareTo(least) < 0 || maxTtl.compareTo(minTtl) < 0 || maxTtl.compareTo(Duration.ofDays(7)) > 0) {
			throw new IllegalArgumentException("minTtl must be at least PT0.001S, and maxTtl between it and seven days,"
					+ " not " + minTtl + " and " + maxTtl);
		}
	}

	private static String strip(String name) {
		return name.strip().replaceAll("^\\.+|\\.+$", "");
	}

	private static String template(String what, String template) {
		if (!template.contains(SERVICE)) {
			throw new IllegalArgumentException(what + " must hold " + SERVICE + ", and is '" + template + "'");
		}
		return strip(template);
	}

	/**
	 * The defaults: SRV records in {@code local}, asked of the system's servers.
	 * @return the options
	 */
	public static DnsOptions defaults() {
		return new DnsOptions("", "local", "_" + SERVICE + "._tcp", SERVICE, 0, true, Duration.ofSeconds(2),
				Duration.ofSeconds(1), Duration.ofMinutes(1));
	}

	/**
	 * A copy with other servers.
	 * @param address the servers, separated by commas; empty leaves them as they are
	 * @return the copy
	 */
	public DnsOptions withAddress(String address) {
		return new DnsOptions(address.isBlank() ? this.address : address, this.domain, this.srvName, this.hostName,
				this.port, this.txt, this.timeout, this.minTtl, this.maxTtl);
	}

	/**
	 * A copy with another domain.
	 * @param domain what comes after the names of services; empty for the search domains
	 * @return the copy
	 */
	public DnsOptions withDomain(String domain) {
		return new DnsOptions(this.address, domain, this.srvName, this.hostName, this.port, this.txt, this.timeout,
				this.minTtl, this.maxTtl);
	}

	/**
	 * A copy with another place of SRV records.
	 * @param srvName the name before the domain, with {@code {service}} in it
	 * @return the copy
	 */
	public DnsOptions withSrvName(String srvName) {
		return new DnsOptions(this.address, this.domain, srvName, this.hostName, this.port, this.txt, this.timeout,
				this.minTtl, this.maxTtl);
	}

	/**
	 * A copy that finds services without SRV records by their addresses.
	 * @param hostName the name before the domain, with {@code {service}} in it
	 * @param port the port of their nodes, 0 to find none
	 * @return the copy
	 */
	public DnsOptions withHosts(String hostName, int port) {
		return new DnsOptions(this.address, this.domain, this.srvName, hostName, port, this.txt, this.timeout,
				this.minTtl, this.maxTtl);
	}

	/**
	 * A copy that asks for TXT records, or does not.
	 * @param txt whether to ask
	 * @return the copy
	 */
	public DnsOptions withTxt(boolean txt) {
		return new DnsOptions(this.address, this.domain, this.srvName, this.hostName, this.port, txt, this.timeout,
				this.minTtl, this.maxTtl);
	}

	/**
	 * A copy with another time-out.
	 * @param timeout how long to wait for one answer
	 * @return the copy
	 */
	public DnsOptions withTimeout(Duration timeout) {
		return new DnsOptions(this.address, this.domain, this.srvName, this.hostName, this.port, this.txt, timeout,
				this.minTtl, this.maxTtl);
	}

	/**
	 * A copy with other limits of how long an answer counts.
	 * @param minTtl at least
	 * @param maxTtl at the most
	 * @return the copy
	 */
	public DnsOptions withTtl(Duration minTtl, Duration maxTtl) {
		return new DnsOptions(this.address, this.domain, this.srvName, this.hostName, this.port, this.txt, this.timeout,
				minTtl, maxTtl);
	}

}

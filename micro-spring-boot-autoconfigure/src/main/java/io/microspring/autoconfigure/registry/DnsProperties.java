package io.microspring.autoconfigure.registry;

import java.time.Duration;

import io.microspring.plugins.registry.dns.DnsOptions;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the DNS registry works.
 *
 * @param domain What comes after the names of services; empty for the system's search
 * domains.
 * @param srvName Where the SRV and TXT records of a service stand, before the domain.
 * @param hostName Where the addresses of a service stand that has no SRV records, before
 * the domain.
 * @param port Port of nodes that are found by their address only; 0 when services have
 * SRV records.
 * @param txt Whether TXT records are asked for, which tell version and metadata.
 * @param timeout How long to wait for one answer of one server, each of which is asked
 * twice.
 * @param minTtl How long an answer counts at least.
 * @param maxTtl How long an answer counts at the most.
 */
@ConfigurationProperties("micro.registry.dns")
public record DnsProperties(@DefaultValue("local") String domain, @DefaultValue("_{service}._tcp") String srvName,
		@DefaultValue("{service}") String hostName, @DefaultValue("0") int port, @DefaultValue("true") boolean txt,
		@DefaultValue("2s") Duration timeout, @DefaultValue("1s") Duration minTtl,
		@DefaultValue("1m") Duration maxTtl) {

	DnsOptions toOptions(String address) {
		return new DnsOptions(address, this.domain, this.srvName, this.hostName, this.port, this.txt, this.timeout,
				this.minTtl, this.maxTtl);
	}

}

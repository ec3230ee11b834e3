package io.microspring.plugins.registry.dns;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsSection;

/**
 * What a server answered.
 *
 * @param targets the SRV records
 * @param texts the TXT records, each as its strings
 * @param hosts the A or AAAA records that were asked for, whatever alias led to them
 * @param besides the A records that nobody asked for, by name; the AAAA records of names
 * without
 * @param ttl how long it counts, in seconds; -1 when it does not say
 */
record DnsAnswer(List<Target> targets, List<List<String>> texts, List<Address> hosts,
		Map<String, List<Address>> besides, long ttl) {

	/** Of records that are no more than asked for. */
	private static final int MAX_RECORDS = 10_000;

	private static final int SOA_NUMBERS = 5 * Integer.BYTES;

	/**
	 * Reads an answer.
	 * @param asked the type that was asked for
	 * @param response the answer
	 * @return what stands in it
	 */
	static DnsAnswer read(DnsRecordType asked, DnsResponse response) {
		List<Target> targets = new ArrayList<>();
		List<List<String>> texts = new ArrayList<>();
		List<Address> hosts = new ArrayList<>();
		Map<String, List<Address>> besides = new LinkedHashMap<>();
		Map<String, List<Address>> besidesV4 = new LinkedHashMap<>();
		long ttl = Long.MAX_VALUE;
		int found = 0;
		for (DnsSection section : List.of(DnsSection.ANSWER, DnsSection.ADDITIONAL)) {
			for (int i = 0; i < Math.min(MAX_RECORDS, response.count(section)); i++) {
				DnsRecord record = response.recordAt(section, i);
				boolean answer = section == DnsSection.ANSWER;
				if (!(record instanceof DnsRawRecord raw)) {
					continue;
				}
				ByteBuf content = raw.content().duplicate();
				if (answer) {
					// That of an alias counts as well.
					ttl = Math.min(ttl, record.timeToLive());
					found += record.type().equals(asked) ? 1 : 0;
				}
				if (record.type().equals(DnsRecordType.A) || record.type().equals(DnsRecordType.AAAA)) {
					Address address = new Address(address(content), record.timeToLive());
					if (answer && record.type().equals(asked)) {
						hosts.add(address);
					}
					else {
						(record.type().equals(DnsRecordType.A) ? besidesV4 : besides)
							.computeIfAbsent(key(record.name()), (name) -> new ArrayList<>())
							.add(address);
					}
				}
				else if (answer && record.type().equals(DnsRecordType.SRV)) {
					targets.add(target(content));
				}
				else if (answer && record.type().equals(DnsRecordType.TXT)) {
					texts.add(strings(content));
				}
			}
		}
		besides.putAll(besidesV4);
		return new DnsAnswer(targets, texts, hosts, besides, (found > 0) ? ttl : negative(response));
	}

	/** How a name is compared: without the dot at its end. */
	static String key(String name) {
		String lower = name.toLowerCase(Locale.ROOT);
		return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
	}

	private static InetAddress address(ByteBuf content) {
		try {
			return InetAddress.getByAddress(ByteBufUtil.getBytes(content));
		}
		catch (UnknownHostException ex) {
			throw new IllegalArgumentException("an address has " + content.readableBytes() + " bytes", ex);
		}
	}

	private static Target target(ByteBuf content) {
		int priority = content.readUnsignedShort();
		int weight = content.readUnsignedShort();
		int port = content.readUnsignedShort();
		return new Target(key(DefaultDnsRecordDecoder.decodeName(content)), port, priority, weight);
	}

	private static List<String> strings(ByteBuf content) {
		List<String> strings = new ArrayList<>();
		while (content.isReadable()) {
			int length = content.readUnsignedByte();
			strings.add(content.readCharSequence(length, StandardCharsets.UTF_8).toString());
		}
		return strings;
	}

	/** How long it counts that there is nothing (RFC 2308, 5). */
	private static long negative(DnsResponse response) {
		for (int i = 0; i < response.count(DnsSection.AUTHORITY); i++) {
			DnsRecord record = response.recordAt(DnsSection.AUTHORITY, i);
			if (record.type().equals(DnsRecordType.SOA) && record instanceof DnsRawRecord raw
					&& raw.content().readableBytes() > SOA_NUMBERS) {
				ByteBuf content = raw.content();
				return Math.min(record.timeToLive(), content.getUnsignedInt(content.writerIndex() - Integer.BYTES));
			}
		}
		return -1;
	}

	/**
	 * A SRV record.
	 *
	 * @param name the host, in small letters and without a dot at its end; empty when the
	 * service is decidedly not there
	 * @param port the port
	 * @param priority which to use first, the lowest
	 * @param weight how often it is to be used among those of its priority
	 */
	record Target(String name, int port, int priority, int weight) {

	}

	/**
	 * An A or AAAA record.
	 *
	 * @param ip the address
	 * @param ttl how long it counts, in seconds
	 */
	record Address(InetAddress ip, long ttl) {

	}

}

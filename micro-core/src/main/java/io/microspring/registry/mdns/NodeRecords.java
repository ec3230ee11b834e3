package io.microspring.registry.mdns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;

/**
 * What we say of one node, in records that live as long as go-micro's; that the node
 * itself may live shorter stands in its text. go-micro: {@code mdns.MDNSService}, one for
 * each node as well, because go-micro's client mixes nodes up that share a host name
 * within one message.
 */
final class NodeRecords {

	/** What go-micro gives the entry of the listing, which has no port of its own. */
	private static final int LISTING_PORT = 9999;

	private static final int MAX_NAME = 253;

	private static final int PRIORITY = 10;

	private static final int WEIGHT = 1;

	private final Instance instance;

	private final String serviceName;

	private final String instanceName;

	private final byte[] address;

	private final int port;

	private final ByteBuf text;

	/**
	 * The records of a node.
	 * @param instance the node
	 * @param domain the domain to announce it in
	 * @throws IllegalArgumentException when DNS cannot carry it: the message says why
	 */
	NodeRecords(Instance instance, Domain domain) {
		this.instance = instance;
		this.serviceName = domain.name(instance.service().name());
		String id = instance.node().id();
		String label = Domain.label(id, MAX_NAME - this.serviceName.length());
		this.instanceName = label + "." + this.serviceName;
		String hostAndPort = instance.node().address();
		int colon = hostAndPort.lastIndexOf(':');
		this.address = address(hostAndPort, colon);
		this.port = port(hostAndPort, colon);
		this.text = Txt
			.of(instance.service(), label.equals(id) ? "" : id,
					(instance.ttl() < Instance.MAX_TTL) ? instance.ttl() : 0)
			.encode();
		// The largest message there will be: refuse now what could never be sent.
		answer(Domain.question(this.serviceName, DnsRecordType.PTR)).encode();
	}

	Instance instance() {
		return this.instance;
	}

	/** Whom to ask for the service. */
	String serviceName() {
		return this.serviceName;
	}

	/** Whom to ask for the node. */
	String instanceName() {
		return this.instanceName;
	}

	/** The IP address of the node. */
	String host() {
		String address = this.instance.node().address();
		return address.substring(0, address.lastIndexOf(':'));
	}

	/** The answer to a question for the service. */
	DnsMessage answer(DnsQuestion question) {
		List<DnsRecord> answers = new ArrayList<>();
		answers.add(Domain.pointer(this.serviceName, this.instanceName, Instance.MAX_TTL));
		answers.addAll(told(Instance.MAX_TTL));
		return DnsMessage.response(question, answers);
	}

	/** The answer to a question for the node itself. */
	DnsMessage detail(DnsQuestion question) {
		return DnsMessage.response(question, told(Instance.MAX_TTL));
	}

	DnsMessage announcement() {
		return DnsMessage.announcement(told(Instance.MAX_TTL));
	}

	DnsMessage goodbye() {
		return DnsMessage.announcement(told(0));
	}

	DnsMessage probe(int id) {
		return DnsMessage.probe(id, Domain.question(this.instanceName, DnsRecordType.PTR),
				List.of(service(Instance.MAX_TTL, 0, 0), text(Instance.MAX_TTL)));
	}

	/** The answer to the question which services there are, for one of them. */
	static DnsMessage listing(DnsQuestion question, String service, Domain domain) {
		String name = Domain.ascii(service) + "." + domain.listing();
		int ttl = Instance.MAX_TTL;
		return DnsMessage.response(question,
				List.of(Domain.pointer(domain.listing(), name, ttl), service(name, ttl, PRIORITY, WEIGHT, LISTING_PORT),
						raw(HostName.VALUE, DnsRecordType.A, ttl, Unpooled.wrappedBuffer(new byte[4])),
						raw(name, DnsRecordType.TXT, ttl, Unpooled.EMPTY_BUFFER)));
	}

	/** The A or AAAA record, on this host's name. */
	DnsRecord address() {
		return address(Instance.MAX_TTL);
	}

	private DnsRecord address(int ttl) {
		DnsRecordType type = (this.address.length == 4) ? DnsRecordType.A : DnsRecordType.AAAA;
		return raw(HostName.VALUE, type, ttl, Unpooled.wrappedBuffer(this.address));
	}

	static String hostName() {
		return HostName.VALUE;
	}

	private List<DnsRecord> told(int ttl) {
		return List.of(service(ttl, PRIORITY, WEIGHT), address(ttl), text(ttl));
	}

	private DnsRecord service(int ttl, int priority, int weight) {
		return service(this.instanceName, ttl, priority, weight, this.port);
	}

	private static DnsRecord service(String name, int ttl, int priority, int weight, int port) {
		ByteBuf content = Unpooled.buffer(64);
		content.writeShort(priority).writeShort(weight).writeShort(port);
		for (String label : HostName.VALUE.split("\\.")) {
			content.writeByte(label.length());
			content.writeCharSequence(label, StandardCharsets.US_ASCII);
		}
		content.writeByte(0);
		return raw(name, DnsRecordType.SRV, ttl, content);
	}

	private DnsRecord text(int ttl) {
		return raw(this.instanceName, DnsRecordType.TXT, ttl, this.text.duplicate());
	}

	private static DnsRecord raw(String name, DnsRecordType type, int ttl, ByteBuf content) {
		return new DefaultDnsRawRecord(name, type, ttl, content);
	}

	private static byte[] address(String hostAndPort, int colon) {
		String host = (colon < 0) ? hostAndPort : hostAndPort.substring(0, colon);
		boolean bracketed = host.startsWith("[") && host.endsWith("]");
		byte[] address = (bracketed || host.indexOf(':') < 0)
				? NetUtil.createByteArrayFromIpAddressString(bracketed ? host.substring(1, host.length() - 1) : host)
				: null;
		if (address == null) {
			throw new IllegalArgumentException("the address '" + hostAndPort
					+ "' is not of the form ip:port or [ipv6]:port: mDNS tells of IP addresses only");
		}
		return address;
	}

	private static int port(String hostAndPort, int colon) {
		try {
			int port = Integer.parseInt(hostAndPort.substring(colon + 1));
			if (colon >= 0 && port > 0 && port <= 0xffff) {
				return port;
			}
		}
		catch (NumberFormatException ignored) {
			// said below
		}
		throw new IllegalArgumentException("the address '" + hostAndPort + "' has no port from 1 to 65535");
	}

	/** The SRV records' target. Looked up once: it may take the operating system long. */
	private static final class HostName {

		static final String VALUE = valid(find());

		private static @Nullable String find() {
			try {
				return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
			}
			catch (IOException | SecurityException ignored) {
				// not Linux
			}
			String windows = System.getenv("COMPUTERNAME");
			if (windows != null) {
				return windows;
			}
			try {
				return InetAddress.getLocalHost().getHostName();
			}
			catch (UnknownHostException ex) {
				return null;
			}
		}

		private static String valid(@Nullable String name) {
			try {
				return Domain.ascii((name != null) ? name : "localhost") + ".";
			}
			catch (IllegalArgumentException ex) {
				return "localhost.";
			}
		}

	}

}

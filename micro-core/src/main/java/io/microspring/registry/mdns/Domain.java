package io.microspring.registry.mdns;

import java.net.IDN;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.dns.DefaultDnsPtrRecord;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsPtrRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;

/**
 * The DNS domain that services are announced in: the names in it, and what a message
 * tells of them (protocol reference §7.2).
 * <p>
 * {@code <service>.micro.} points to {@code <node>.<service>.micro.}, which has the SRV
 * and the TXT record; {@code _services.micro.} points to
 * {@code <service>._services.micro.} for each service there is.
 */
final class Domain {

	/** Without the bit that asks for a unicast answer, or for a cache to be flushed. */
	private static final int CLASS_MASK = 0x7fff;

	private static final int SRV_FIXED_LENGTH = 6;

	private static final int MAX_LABEL = 63;

	/** How much of an id that is too long can still be read. */
	private static final int READABLE = 40;

	private final String suffix;

	private final String listing;

	/**
	 * A domain.
	 * @param name its name, such as {@code micro}
	 * @throws IllegalArgumentException when that is no domain name
	 */
	Domain(String name) {
		this.suffix = "." + ascii(name.endsWith(".") ? name.substring(0, name.length() - 1) : name) + ".";
		this.listing = "_services" + this.suffix;
	}

	/** Whom to ask for the nodes of a service. */
	String name(String service) {
		return ascii(service) + this.suffix;
	}

	/** Whom to ask for the services there are. */
	String listing() {
		return this.listing;
	}

	/** Whom a generic DNS-SD browser asks first. */
	String enumeration() {
		return "_services._dns-sd._udp" + this.suffix;
	}

	/** A name that belongs to nobody. */
	String unused() {
		return "_self-test" + this.suffix;
	}

	static DnsQuestion question(String name, DnsRecordType type) {
		return new DefaultDnsQuestion(name, type);
	}

	/**
	 * A name as DNS has it: Unicode becomes Punycode.
	 * @throws IllegalArgumentException when DNS cannot have it
	 */
	static String ascii(String name) {
		for (String label : name.split("\\.", -1)) {
			if (label.isEmpty() || label.length() > MAX_LABEL) {
				throw new IllegalArgumentException("'" + name + "' cannot be a DNS name: between two dots are 1 to "
						+ MAX_LABEL + " characters, here " + label.length());
			}
		}
		if (isPlain(name)) {
			return name;
		}
		String ascii = IDN.toASCII(name);
		if (!IDN.toUnicode(ascii).equals(name)) {
			throw new IllegalArgumentException(
					"'" + name + "' cannot be a DNS name: it would come out as '" + IDN.toUnicode(ascii) + "'");
		}
		return ascii;
	}

	/**
	 * Whether the JDK's tables of Unicode, which take long to load, would say nothing
	 * new.
	 */
	private static boolean isPlain(String name) {
		for (int i = 0; i < name.length(); i++) {
			char c = name.charAt(i);
			boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
					|| c == '_' || c == '.';
			if (!plain) {
				return false;
			}
		}
		return !name.toLowerCase(Locale.ROOT).contains("xn--");
	}

	/**
	 * The part of a name that stands for a node id: the id itself where DNS can have it,
	 * else something short and unique that looks like it. A service's name and a UUID
	 * together easily are longer than DNS allows.
	 * @param id the id
	 * @param maxLength how long it may be
	 * @throws IllegalArgumentException when the id is empty
	 */
	static String label(String id, int maxLength) {
		if (id.isEmpty()) {
			throw new IllegalArgumentException("the id is empty");
		}
		try {
			String label = ascii(id);
			if (label.length() <= maxLength) {
				return label;
			}
		}
		catch (IllegalArgumentException ignored) {
			// shortened below
		}
		String plain = id.substring(0, Math.min(id.length(), READABLE)).replaceAll("[^A-Za-z0-9-]", "-");
		UUID unique = UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8));
		return plain + "-" + Long.toHexString(unique.getMostSignificantBits());
	}

	/**
	 * The nodes that a message tells of.
	 * @param message the message
	 * @param wanted which instance names are worth reading
	 * @return those that are complete and whose text agrees with their name
	 */
	List<Instance> instances(DnsMessage message, Predicate<String> wanted) {
		List<DnsRawRecord> services = new ArrayList<>();
		Map<String, DnsRawRecord> texts = new HashMap<>();
		Map<String, DnsRawRecord> addresses = new HashMap<>();
		for (DnsRecord told : message.told()) {
			if (!(told instanceof DnsRawRecord record) || !isInternet(record.dnsClass())) {
				continue;
			}
			if (record.type().equals(DnsRecordType.SRV)) {
				services.add(record);
			}
			else if (record.type().equals(DnsRecordType.TXT)) {
				texts.putIfAbsent(record.name(), record);
			}
			else if (record.type().equals(DnsRecordType.A)) {
				addresses.put(record.name(), record);
			}
			else if (record.type().equals(DnsRecordType.AAAA)) {
				addresses.putIfAbsent(record.name(), record);
			}
		}
		List<Instance> instances = new ArrayList<>();
		for (DnsRawRecord service : services) {
			boolean worth = !service.name().endsWith("." + this.listing) && wanted.test(service.name());
			DnsRawRecord text = worth ? texts.get(service.name()) : null;
			Instance instance = (text != null) ? instance(service, text, addresses) : null;
			if (instance != null) {
				instances.add(instance);
			}
		}
		return instances;
	}

	private @Nullable Instance instance(DnsRawRecord service, DnsRawRecord text, Map<String, DnsRawRecord> addresses) {
		ByteBuf in = service.content().duplicate();
		if (in.readableBytes() <= SRV_FIXED_LENGTH) {
			return null;
		}
		int port = in.skipBytes(4).readUnsignedShort();
		DnsRawRecord address = addresses.get(DefaultDnsRecordDecoder.decodeName(in));
		if (port == 0 || address == null) {
			return null;
		}
		Txt txt = Txt.decode(text.content());
		if (txt.service().isEmpty() || txt.version().isEmpty()) {
			return null;
		}
		String tail = "." + name(txt.service());
		if (!service.name().endsWith(tail)) {
			return null;
		}
		String id = service.name().substring(0, service.name().length() - tail.length());
		int ttl = (int) Math.min((txt.ttl() > 0) ? txt.ttl() : Instance.MAX_TTL,
				Math.min(Instance.MAX_TTL, Math.min(service.timeToLive(), text.timeToLive())));
		return new Instance(txt.withNode(id, hostAndPort(address, port)), ttl);
	}

	private static String hostAndPort(DnsRawRecord record, int port) {
		byte[] bytes = new byte[record.content().readableBytes()];
		record.content().getBytes(record.content().readerIndex(), bytes);
		try {
			InetAddress address = InetAddress.getByAddress(bytes);
			String host = NetUtil.toAddressString(address);
			return (host.indexOf(':') >= 0) ? "[" + host + "]:" + port : host + ":" + port;
		}
		catch (UnknownHostException ex) {
			throw new IllegalArgumentException("an address of " + bytes.length + " bytes", ex);
		}
	}

	/**
	 * The services that a message lists.
	 */
	List<String> listed(DnsMessage message) {
		return targets(message, this.listing).stream()
			.map((target) -> IDN.toUnicode(target.substring(0, target.length() - this.listing.length() - 1)))
			.toList();
	}

	/**
	 * The instance names that a message points to without telling more of them.
	 * @param message the message
	 * @param name the name that points to them
	 */
	List<String> incomplete(DnsMessage message, String name) {
		List<String> incomplete = new ArrayList<>(targets(message, name));
		message.told().stream().filter((r) -> r.type().equals(DnsRecordType.SRV)).forEach((r) -> {
			incomplete.remove(r.name());
		});
		return incomplete;
	}

	/** What the PTR records of a name point to, inside that name. */
	private static List<String> targets(DnsMessage message, String name) {
		List<String> targets = new ArrayList<>();
		for (DnsRecord record : message.told()) {
			if (record instanceof DnsPtrRecord pointer && pointer.name().equals(name) && pointer.timeToLive() > 0
					&& isInternet(pointer.dnsClass()) && pointer.hostname().endsWith("." + name)) {
				targets.add(pointer.hostname());
			}
		}
		return targets;
	}

	/** Whether a question asks for a name and a type, or for a name and any type. */
	static boolean asks(DnsQuestion question, String name, DnsRecordType... types) {
		if (!question.name().equals(name) || !isInternet(question.dnsClass())) {
			return false;
		}
		for (DnsRecordType type : types) {
			if (question.type().equals(type)) {
				return true;
			}
		}
		return question.type().equals(DnsRecordType.ANY);
	}

	static DnsRecord pointer(String name, String target, int ttl) {
		return new DefaultDnsPtrRecord(name, DnsRecord.CLASS_IN, ttl, target);
	}

	private static boolean isInternet(int dnsClass) {
		int masked = dnsClass & CLASS_MASK;
		return masked == DnsRecord.CLASS_IN || masked == DnsRecord.CLASS_ANY;
	}

}

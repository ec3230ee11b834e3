package io.microspring.registry.mdns;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

import io.microspring.registry.Endpoint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsPtrRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;

/**
 * DNS messages as text that is equal when they mean the same: without the host's name and
 * the way a text is compressed.
 */
final class Shown {

	private Shown() {
	}

	static List<String> message(DnsMessage message) {
		List<String> lines = new ArrayList<>();
		lines.add("flags " + Integer.toHexString(message.flags()));
		message.questions().forEach((question) -> lines.add("question " + question(question)));
		message.answers().forEach((record) -> lines.add("answer " + record(record)));
		message.authorities().forEach((record) -> lines.add("authority " + record(record)));
		message.additionals().forEach((record) -> lines.add("additional " + record(record)));
		return lines;
	}

	private static String question(DnsQuestion question) {
		return question.name() + " " + question.type().name() + " " + question.dnsClass();
	}

	private static String record(DnsRecord record) {
		boolean onHost = record.type().equals(DnsRecordType.A) || record.type().equals(DnsRecordType.AAAA);
		return (onHost ? "host" : record.name()) + " " + record.type().name() + " " + record.dnsClass() + " "
				+ record.timeToLive() + " " + content(record);
	}

	private static String content(DnsRecord record) {
		if (record instanceof DnsPtrRecord pointer) {
			return pointer.hostname();
		}
		ByteBuf content = ((DnsRawRecord) record).content().duplicate();
		if (record.type().equals(DnsRecordType.SRV)) {
			String numbers = content.readUnsignedShort() + " " + content.readUnsignedShort() + " "
					+ content.readUnsignedShort();
			return numbers + (DefaultDnsRecordDecoder.decodeName(content).isEmpty() ? "" : " host");
		}
		if (record.type().equals(DnsRecordType.TXT) && content.isReadable()) {
			Txt txt = Txt.decode(content);
			List<Endpoint> endpoints = txt.endpoints();
			return txt.service() + " " + txt.version() + " " + endpoints + " " + new TreeMap<>(txt.metadata());
		}
		return HexFormat.of().formatHex(ByteBufUtil.getBytes(content));
	}

}

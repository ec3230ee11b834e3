package io.microspring.registry.mdns;

import java.util.ArrayList;
import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.dns.DefaultDnsPtrRecord;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRecordEncoder;
import io.netty.handler.codec.dns.DnsRecordType;

/**
 * A DNS message: the framing around Netty's records. Netty's own framing is of no use
 * here, because its encoder writes no Authority section, which probes need, and its
 * decoders refuse either queries or responses, while both come to one socket.
 *
 * @param id the id; 0 in multicast DNS, except that go-micro's queries have a random one
 * @param flags the second word of the header
 * @param questions the questions
 * @param answers the Answer section
 * @param authorities the Authority section
 * @param additionals the Additional section
 */
record DnsMessage(int id, int flags, List<DnsQuestion> questions, List<DnsRecord> answers, List<DnsRecord> authorities,
		List<DnsRecord> additionals) {

	/** A response to a query. */
	static final int RESPONSE = 0x8400;

	/** A response that nobody asked for: go-micro does not claim authority there. */
	static final int ANNOUNCEMENT = 0x8000;

	/** What one UDP datagram carries over IPv4. */
	static final int MAX_LENGTH = 65_507;

	private static final int MAX_QUESTIONS = 16;

	private static final int MAX_RECORDS = 256;

	private static final DnsRecordDecoder DECODER = new Decoder();

	static DnsMessage query(int id, DnsQuestion question) {
		return new DnsMessage(id, 0, List.of(question), List.of(), List.of(), List.of());
	}

	static DnsMessage probe(int id, DnsQuestion question, List<DnsRecord> claimed) {
		return new DnsMessage(id, 0, List.of(question), List.of(), claimed, List.of());
	}

	/** The question comes first: go-micro v2 and newer drop what does not repeat it. */
	static DnsMessage response(DnsQuestion question, List<DnsRecord> answers) {
		return new DnsMessage(0, RESPONSE, List.of(question), answers, List.of(), List.of());
	}

	static DnsMessage announcement(List<DnsRecord> answers) {
		return new DnsMessage(0, ANNOUNCEMENT, List.of(), answers, List.of(), List.of());
	}

	boolean isResponse() {
		return (this.flags & 0x8000) != 0;
	}

	/** The records that tell of something: those of a probe are not among them. */
	List<DnsRecord> told() {
		if (this.additionals.isEmpty()) {
			return this.answers;
		}
		List<DnsRecord> told = new ArrayList<>(this.answers);
		told.addAll(this.additionals);
		return told;
	}

	/**
	 * The bytes of the message; names are not compressed.
	 * @throws IllegalArgumentException when a name cannot be written or the message is
	 * larger than a datagram
	 */
	byte[] encode() {
		ByteBuf out = Unpooled.buffer(512);
		out.writeShort(this.id);
		out.writeShort(this.flags);
		out.writeShort(this.questions.size());
		out.writeShort(this.answers.size());
		out.writeShort(this.authorities.size());
		out.writeShort(this.additionals.size());
		try {
			for (DnsQuestion question : this.questions) {
				DnsRecordEncoder.DEFAULT.encodeQuestion(question, out);
			}
			for (List<DnsRecord> section : List.of(this.answers, this.authorities, this.additionals)) {
				for (DnsRecord record : section) {
					DnsRecordEncoder.DEFAULT.encodeRecord(record, out);
				}
			}
		}
		catch (RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw new IllegalArgumentException("A DNS record cannot be written", ex);
		}
		if (out.readableBytes() > MAX_LENGTH) {
			throw new IllegalArgumentException(
					out.readableBytes() + " bytes, and a datagram carries " + MAX_LENGTH + " at the most");
		}
		return ByteBufUtil.getBytes(out);
	}

	/**
	 * Reads a message.
	 * @throws IllegalArgumentException when the bytes are no DNS message, or one beyond
	 * all measure
	 */
	static DnsMessage decode(byte[] packet) {
		ByteBuf in = Unpooled.wrappedBuffer(packet);
		try {
			int id = in.readUnsignedShort();
			int flags = in.readUnsignedShort();
			int questionCount = in.readUnsignedShort();
			int answerCount = in.readUnsignedShort();
			int authorityCount = in.readUnsignedShort();
			int additionalCount = in.readUnsignedShort();
			if (questionCount > MAX_QUESTIONS || answerCount + authorityCount + additionalCount > MAX_RECORDS) {
				throw new IllegalArgumentException(questionCount + " questions and "
						+ (answerCount + authorityCount + additionalCount) + " records are too many");
			}
			List<DnsQuestion> questions = new ArrayList<>(questionCount);
			for (int i = 0; i < questionCount; i++) {
				questions.add(DECODER.decodeQuestion(in));
			}
			return new DnsMessage(id, flags, questions, records(in, answerCount), records(in, authorityCount),
					records(in, additionalCount));
		}
		catch (IllegalArgumentException ex) {
			throw ex;
		}
		catch (Exception ex) {
			// Netty has a dozen ways to say that bytes are missing or odd.
			throw new IllegalArgumentException("Not a DNS message: " + ex.getMessage(), ex);
		}
	}

	private static List<DnsRecord> records(ByteBuf in, int count) throws Exception {
		List<DnsRecord> records = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			DnsRecord record = DECODER.decodeRecord(in);
			if (record == null) {
				throw new IllegalArgumentException("a record is cut off");
			}
			records.add(record);
		}
		return records;
	}

	/**
	 * Leaves all types but PTR raw, and takes no buffer that would have to be released.
	 * The content of a raw record is a view of the whole message, so that a name inside
	 * it can point back.
	 */
	private static final class Decoder extends DefaultDnsRecordDecoder {

		@Override
		protected DnsRecord decodeRecord(String name, DnsRecordType type, int dnsClass, long timeToLive, ByteBuf in,
				int offset, int length) {
			ByteBuf content = in.duplicate().setIndex(offset, offset + length);
			if (type.equals(DnsRecordType.PTR)) {
				return new DefaultDnsPtrRecord(name, dnsClass, timeToLive, decodeName(content));
			}
			return new DefaultDnsRawRecord(name, type, dnsClass, timeToLive, content);
		}

	}

}

package io.microspring.registry.mdns;

import java.util.HexFormat;
import java.util.List;
import java.util.Random;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsPtrRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class DnsMessageTest {

	private static final DnsQuestion QUESTION = Domain.question("greeter.micro.", DnsRecordType.PTR);

	@Test
	void everySectionComesBack() {
		DnsRecord pointer = Domain.pointer("greeter.micro.", "1.greeter.micro.", 120);
		DnsRecord raw = new DefaultDnsRawRecord("1.greeter.micro.", DnsRecordType.TXT, 7,
				Unpooled.wrappedBuffer(new byte[] { 1, 'x' }));
		DnsMessage message = new DnsMessage(4711, 0x8400, List.of(QUESTION), List.of(pointer), List.of(raw),
				List.of(raw, pointer));
		DnsMessage back = DnsMessage.decode(message.encode());
		assertThat(back.id()).isEqualTo(4711);
		assertThat(back.isResponse()).isTrue();
		assertThat(back.questions()).containsExactly(QUESTION);
		assertThat(back.answers()).singleElement()
			.isInstanceOfSatisfying(DnsPtrRecord.class,
					(ptr) -> assertThat(ptr.hostname()).isEqualTo("1.greeter.micro."));
		assertThat(back.authorities()).containsExactly(raw);
		assertThat(back.additionals()).extracting(DnsRecord::type)
			.containsExactly(DnsRecordType.TXT, DnsRecordType.PTR);
		assertThat(back.told()).hasSize(3);
	}

	@Test
	void emptyTextIsAllowed() {
		DnsMessage listing = NodeRecords.listing(QUESTION, "greeter", new Domain("micro"));
		assertThat(DnsMessage.decode(listing.encode()).answers()).hasSize(4);
	}

	@ParameterizedTest
	@CsvSource({ "'', nothing at all", "00000000000100, a header that is cut off",
			"0000000000010000000000000361, a question that is cut off",
			"000000000001000000000000c00c000c0001, a name that points to itself",
			"0000000000010000000000000161c00c000c0001, a name that ends in itself",
			"000000000001000000000000ffff000c0001, a name that points behind the end",
			"00000000000100000000000050616161610000000c0001, a label of 80 bytes",
			"0000000000010000000000003f6161000c0001, a label beyond the end",
			"0000840000000001000000000161000001000100000078ffff7f000001, a record beyond the end",
			"00008400000000010000000001610000010001, a record that is cut off",
			"000084000000ffff00000000, 65535 records in nothing", "0000000000ff000000000000, 255 questions",
			"00008400ffffffffffffffff, counts beyond all measure" })
	void malformedPacketIsRefused(String hex, String what) {
		assertThatIllegalArgumentException().as(what).isThrownBy(() -> DnsMessage.decode(HexFormat.of().parseHex(hex)));
	}

	@Test
	void nameThatGrowsWithEachPointerIsRefused() {
		// A label, and behind it a pointer to it.
		String hex = "000000000001000000000000" + "3f" + "61".repeat(63) + "c00c" + "000c0001";
		assertThatIllegalArgumentException().isThrownBy(() -> DnsMessage.decode(HexFormat.of().parseHex(hex)))
			.withMessageContaining("255");
	}

	@Test
	void messageThatNoDatagramCarriesIsRefused() {
		DnsRecord large = new DefaultDnsRawRecord("1.greeter.micro.", DnsRecordType.TXT, 120,
				Unpooled.wrappedBuffer(new byte[65_535]));
		assertThatIllegalArgumentException().isThrownBy(() -> DnsMessage.announcement(List.of(large)).encode())
			.withMessageContaining("65507");
	}

	@Test
	void randomBytesAreReadOrRefusedAndNothingElse() {
		Random random = new Random(20261121);
		for (int i = 0; i < 20_000; i++) {
			byte[] packet = new byte[random.nextInt(120)];
			random.nextBytes(packet);
			if (packet.length > 12) {
				// Believable counts, so that more than the header is read.
				for (int at = 4; at < 12; at += 2) {
					packet[at] = 0;
					packet[at + 1] = (byte) random.nextInt(4);
				}
			}
			try {
				DnsMessage.decode(packet);
			}
			catch (RuntimeException ex) {
				assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> {
					throw ex;
				});
			}
		}
	}

}

package io.microspring.plugins.registry.dns;

import java.net.InetAddress;
import java.net.UnknownHostException;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsSection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DnsAnswerTest {

	private final DnsResponse response = new DefaultDnsResponse(1);

	@AfterEach
	void release() {
		this.response.release();
	}

	@Test
	void addressesOfNameServersAreNotThoseOfTheHost() {
		this.response.addRecord(DnsSection.ADDITIONAL, record("ns.test.", "10.0.0.53"));
		this.response.addRecord(DnsSection.ADDITIONAL, record("host.test.", "fd00::1"));
		assertThat(DnsAnswer.read(DnsRecordType.A, this.response).hosts()).isEmpty();
		this.response.addRecord(DnsSection.ANSWER, record("alias.test.", "10.0.0.1"));
		assertThat(DnsAnswer.read(DnsRecordType.A, this.response).hosts()).containsExactly(address("10.0.0.1"));
	}

	@Test
	void hostsThatAreNamedBesidesHaveTheirV6AddressesOnlyWithoutOthers() {
		this.response.addRecord(DnsSection.ADDITIONAL, record("both.test.", "fd00::1"));
		this.response.addRecord(DnsSection.ADDITIONAL, record("both.test.", "10.0.0.1"));
		this.response.addRecord(DnsSection.ADDITIONAL, record("Both.test.", "10.0.0.2"));
		this.response.addRecord(DnsSection.ADDITIONAL, record("six.test.", "fd00::6"));
		DnsAnswer answer = DnsAnswer.read(DnsRecordType.SRV, this.response);
		assertThat(answer.hosts()).isEmpty();
		assertThat(answer.besides()).containsOnlyKeys("both.test", "six.test");
		assertThat(answer.besides().get("both.test")).containsExactly(address("10.0.0.1"), address("10.0.0.2"));
		assertThat(answer.besides().get("six.test")).containsExactly(address("fd00::6"));
	}

	private static DnsRecord record(String name, String ip) {
		byte[] bytes = address(ip).ip().getAddress();
		return new DefaultDnsRawRecord(name, (bytes.length == 4) ? DnsRecordType.A : DnsRecordType.AAAA, 30,
				Unpooled.wrappedBuffer(bytes));
	}

	private static DnsAnswer.Address address(String ip) {
		try {
			return new DnsAnswer.Address(InetAddress.getByName(ip), 30);
		}
		catch (UnknownHostException ex) {
			throw new IllegalArgumentException(ip, ex);
		}
	}

}

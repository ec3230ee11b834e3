package io.microspring.call;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Times as gRPC writes them.
 */
class GrpcTimeoutTest {

	@ParameterizedTest
	@CsvSource({ "999489u, 999489000", "0n, 0", "5S, 5000000000", "1H, 3600000000000", "2M, 120000000000",
			"300m, 300000000", "99999999H, 9223372036854775807" })
	void timeIsRead(String text, long nanos) {
		assertThat(GrpcTimeout.parse(text)).isEqualTo(nanos);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "S", "5", "5s", "-5S", "+5S", "123456789S", "5 S", "\u0661S" })
	void whatIsNoTimeIsRefused(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> GrpcTimeout.parse(text)).withMessageContaining(text);
	}

	@ParameterizedTest
	@CsvSource({ "-1, 0n", "999, 999n", "99999999, 99999999n", "100000000, 100000u", "5000000000, 5000000u",
			"9223372036854775807, 2562047H" })
	void timeIsWrittenInTheFinestUnitThatHoldsIt(long nanos, String text) {
		assertThat(GrpcTimeout.format(nanos)).isEqualTo(text);
	}

}

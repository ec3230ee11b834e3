package io.microspring.call;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class GoDurationTest {

	@ParameterizedTest
	@CsvSource({ "500ms, PT0.5S", "1m30s, PT1M30S", "1.5h, PT1H30M", "2h45m0.5s, PT2H45M0.5S", "100us, PT0.0001S",
			"100µs, PT0.0001S", ".5s, PT0.5S", "1.s, PT1S", "7ns, PT0.000000007S", "0, PT0S", "0s, PT0S" })
	void goDurationIsRead(String text, Duration duration) {
		assertThat(GoDuration.parse(text)).isEqualTo(duration);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "5", "s", "5 s", "-5s", "5s!", "1d", "300y", "9999999h", "PT5S" })
	void whatIsNoGoDurationIsRefused(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> GoDuration.parse(text));
	}

	@ParameterizedTest
	@CsvSource({ "PT0S, 0s", "PT0.000000007S, 7ns", "PT0.0000015S, 1.5µs", "PT0.02S, 20ms",
			"PT0.999999999S, 999.999999ms", "PT1S, 1s", "PT4.999847632S, 4.999847632s", "PT1M, 1m0s", "PT1M30S, 1m30s",
			"PT1H, 1h0m0s", "PT26H3M0.5S, 26h3m0.5s", "PT-1S, 0s" })
	void durationIsWrittenAsGoWritesIt(Duration duration, String text) {
		assertThat(GoDuration.format(duration)).isEqualTo(text);
	}

	@Test
	void longestDurationIsWrittenAndRead() {
		Duration longest = Duration.ofNanos(Long.MAX_VALUE);

		assertThat(GoDuration.format(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo("2562047h47m16.854775807s");
		assertThat(GoDuration.parse(GoDuration.format(longest))).isEqualTo(longest);
	}

}

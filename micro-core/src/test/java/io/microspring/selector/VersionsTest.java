package io.microspring.selector;

import java.util.List;

import io.microspring.registry.Node;
import io.microspring.registry.Service;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class VersionsTest {

	@ParameterizedTest
	@CsvSource({ "1.9, 1.10", "1, 2", "v1.2, v1.10", "1.2, v1.10", "2.0-rc1, 2.0", "2.0-rc1, 2.0-rc2", "2.0rc9, 2.0",
			"2.0-rc9, 2.0-rc10", "2.0, 2.0.1", "2.0-rc1, 2.0.1", "latest, 1.0", "1.0+b7, 1.1", "9, 1605960000",
			"1605960000, 99999999999999999999999", "alpha, beta" })
	void newerVersionIsTheGreater(String older, String newer) {
		assertThat(Versions.compare(older, newer)).isNegative();
		assertThat(Versions.compare(newer, older)).isPositive();
		assertThat(Versions.compare(newer, newer)).isZero();
	}

	@Test
	void versionWithoutNodesIsPassedOver() {
		List<Service> services = List.of(Service.of("greeter", "1.9", Node.of("a", "x:1")),
				Service.of("greeter", "1.10", Node.of("b", "x:2")), Service.of("greeter", "2.0"));
		assertThat(Filter.newestVersion().apply(services)).containsExactly(services.get(1));
		assertThat(Filter.newestVersion().apply(List.of())).isEmpty();
	}

}

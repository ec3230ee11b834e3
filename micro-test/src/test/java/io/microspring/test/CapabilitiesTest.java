package io.microspring.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code docs/capabilities.md} promises is proven by tests that exist.
 */
class CapabilitiesTest {

	private static final Pattern PROOF = Pattern.compile("`([\\w.]+)#(\\w+)`");

	static final Path REPOSITORY = repository();

	private static final TestSources SOURCES = TestSources.of(REPOSITORY);

	@ParameterizedTest
	@MethodSource("capabilities")
	void capabilityIsProven(Capability capability) {
		List<String> problems = new ArrayList<>();
		Matcher proof = PROOF.matcher(capability.proofs());
		int proofs = 0;
		while (proof.find()) {
			SOURCES.problem(capability.module(), proof.group(1), proof.group(2)).ifPresent(problems::add);
			proofs++;
		}

		assertThat(proofs).as("tests named as `Class#method` for: %s", capability.name()).isPositive();
		assertThat(problems).as(capability.name()).isEmpty();
	}

	@Test
	void capabilityIsListedOnce() throws IOException {
		Set<String> seen = new HashSet<>();

		assertThat(capabilities().map(Capability::name).filter((name) -> !seen.add(name))).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "micro-nowhere, MemoryRegistryTest, deregisteredNodeIsGoneAndTheOthersStay, no module micro-nowhere",
			"micro-test, NowhereTest, deregisteredNodeIsGoneAndTheOthersStay, no test class NowhereTest",
			"micro-test, MemoryRegistryTest, isNotThere, no test isNotThere",
			"micro-test, MemoryRegistryTest, open, no test open",
			"micro-test, RegistryContract, deregisteredNodeIsGoneAndTheOthersStay, is abstract" })
	void proofThatDoesNotRunIsNone(String module, String type, String method, String problem) {
		assertThat(SOURCES.problem(module, type, method))
			.hasValueSatisfying((said) -> assertThat(said).contains(problem));
	}

	@Test
	void inheritedTestIsAProof() {
		Optional<String> problem = SOURCES.problem("micro-test", "MemoryRegistryTest",
				"deregisteredNodeIsGoneAndTheOthersStay");

		assertThat(problem).isEmpty();
	}

	/** The rows of each table: capability, module, tests. */
	static Stream<Capability> capabilities() throws IOException {
		return Files.readAllLines(REPOSITORY.resolve("docs/capabilities.md"))
			.stream()
			.filter((line) -> line.startsWith("| ") && !line.startsWith("| Capability "))
			.map((line) -> line.split("\\|", -1))
			.map((cells) -> new Capability(cells[1].strip(), cells[2].strip(), cells[3].strip()));
	}

	private static Path repository() {
		Path place = Path.of("").toAbsolutePath();
		while (!Files.exists(place.resolve("docs/capabilities.md"))) {
			place = place.getParent();
		}
		return place;
	}

	record Capability(String name, String module, String proofs) {

		@Override
		public String toString() {
			return this.name;
		}

	}

}

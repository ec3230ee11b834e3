package io.microspring.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The files that a page points to are there.
 */
class LinksTest {

	private static final Pattern LINK = Pattern.compile("]\\((?!https?:|#|mailto:)([^)#\\s]+)");

	@ParameterizedTest
	@MethodSource("pages")
	void filesThatAPagePointsToExist(Path page) throws IOException {
		List<String> dead = LINK.matcher(Files.readString(page))
			.results()
			.map((MatchResult link) -> link.group(1))
			.filter((link) -> !Files.exists(page.resolveSibling(link)))
			.toList();

		assertThat(dead).as("files that %s points to", page).isEmpty();
	}

	static Stream<Path> pages() throws IOException {
		Path repository = CapabilitiesTest.REPOSITORY;
		try (Stream<Path> top = Files.list(repository);
				Stream<Path> docs = Files.walk(repository.resolve("docs"));
				Stream<Path> samples = Files.find(repository, 3, (path, attributes) -> path.endsWith("README.md"))) {
			return Stream.of(top, docs, samples)
				.flatMap((paths) -> paths)
				.filter((path) -> path.toString().endsWith(".md"))
				.distinct()
				.toList()
				.stream();
		}
	}

}

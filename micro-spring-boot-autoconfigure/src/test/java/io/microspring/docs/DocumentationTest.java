package io.microspring.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The Java shown in the documentation stands, to the letter but for line breaks, in a
 * source that is compiled: the tests of this package, or a sample.
 */
class DocumentationTest {

	private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

	private static final Pattern JAVA = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

	@Test
	void javaInTheDocumentationIsCompiled() throws IOException {
		String sources = sources();
		List<String> missing = new ArrayList<>();
		int blocks = 0;
		for (Path page : pages()) {
			Matcher matcher = JAVA.matcher(Files.readString(page));
			while (matcher.find()) {
				blocks++;
				for (String part : matcher.group(1).split("\\n\\s*// \\.\\.\\.\\s*\\n")) {
					if (!sources.contains(normalized(part))) {
						missing.add(ROOT.relativize(page) + ":\n" + part);
					}
				}
			}
		}

		assertThat(missing).isEmpty();
		assertThat(blocks).isGreaterThan(8);
	}

	private static List<Path> pages() throws IOException {
		List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
		try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
			docs.filter((path) -> path.toString().endsWith(".md")).forEach(pages::add);
		}
		return pages;
	}

	private static String sources() throws IOException {
		List<Path> folders = List.of(ROOT.resolve("micro-spring-boot-autoconfigure/src/test/java/io/microspring/docs"),
				ROOT.resolve("samples"));
		StringBuilder all = new StringBuilder();
		for (Path folder : folders) {
			if (Files.isDirectory(folder)) {
				try (Stream<Path> files = Files.walk(folder)) {
					for (Path file : files.filter((path) -> path.toString().endsWith(".java"))
						.filter((path) -> !path.toString().contains("/target/"))
						.collect(Collectors.toList())) {
						all.append(normalized(Files.readString(file))).append('\n');
					}
				}
			}
		}
		return all.toString();
	}

	/** Without white space: the formatter breaks lines elsewhere than a page does. */
	private static String normalized(String text) {
		return text.replaceAll("\\s+", "");
	}

}

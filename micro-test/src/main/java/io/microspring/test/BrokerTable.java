package io.microspring.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;

/**
 * Keeps {@code docs/broker-features.md} true: after all tests of a broker it compares the
 * broker's row with what they have shown, or, with
 * {@code -Dmicro.test.broker-features=write}, writes it. Where there is no such page,
 * nothing happens.
 */
final class BrokerTable implements TestWatcher, AfterAllCallback {

	private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(BrokerTable.class);

	private static final String PAGE = "docs/broker-features.md";

	private static final String RULE = "|---";

	@Override
	public void testSuccessful(ExtensionContext context) {
		if (context.getRequiredTestInstance() instanceof BrokerFixture fixture) {
			Shown shown = shown(context);
			shown.title = fixture.title();
			fact(context.getRequiredTestMethod())
				.ifPresent((fact) -> shown.facts.merge(fact, fixture.can(), Boolean::logicalAnd));
		}
	}

	@Override
	public void testAborted(ExtensionContext context, @Nullable Throwable cause) {
		shown(context).incomplete = true;
	}

	@Override
	public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
		shown(context).incomplete = true;
	}

	private static Optional<BrokerFact> fact(Method test) {
		return AnnotationSupport.findAnnotation(test, Shows.class).map(Shows::value);
	}

	private static Shown shown(ExtensionContext context) {
		ExtensionContext ofClass = context.getParent().orElse(context);
		return ofClass.getStore(NAMESPACE).computeIfAbsent("shown", (key) -> new Shown(), Shown.class);
	}

	@Override
	public void afterAll(ExtensionContext context) throws IOException {
		Shown shown = context.getStore(NAMESPACE).get("shown", Shown.class);
		// A part of the tests, or failed ones, show nothing.
		if (shown == null || shown.incomplete
				|| !shown.facts.keySet().containsAll(all(context.getRequiredTestClass()))) {
			return;
		}
		Optional<Path> page = page();
		if (page.isPresent()) {
			List<String> lines = Files.readAllLines(page.get());
			if ("write".equals(System.getProperty("micro.test.broker-features"))) {
				Files.write(page.get(), with(lines, shown.row()));
			}
			else if (!lines.contains(shown.row())) {
				throw new AssertionError(PAGE
						+ " does not say what the tests show; `make broker-features` would write:\n" + shown.row());
			}
		}
	}

	private static Set<BrokerFact> all(Class<?> contract) {
		return AnnotationSupport.findAnnotatedMethods(contract, Shows.class, HierarchyTraversalMode.TOP_DOWN)
			.stream()
			.flatMap((test) -> fact(test).stream())
			.collect(Collectors.toSet());
	}

	private static Optional<Path> page() {
		for (Path directory = Path.of("").toAbsolutePath(); directory != null; directory = directory.getParent()) {
			Path page = directory.resolve(PAGE);
			if (Files.exists(page)) {
				return Optional.of(page);
			}
		}
		return Optional.empty();
	}

	/** The rows stand below the rule, sorted. */
	private static List<String> with(List<String> lines, String row) {
		int rule = (int) lines.stream().takeWhile((line) -> !line.startsWith(RULE)).count();
		if (rule == lines.size()) {
			throw new UncheckedIOException(new IOException(PAGE + " has no table"));
		}
		String title = row.substring(0, row.indexOf('|', 1) + 1);
		List<String> rows = new ArrayList<>(
				lines.subList(rule + 1, lines.size()).stream().takeWhile((line) -> line.startsWith("|")).toList());
		int end = rule + 1 + rows.size();
		rows.removeIf((line) -> line.startsWith(title));
		rows.add(row);
		rows.sort(null);
		List<String> all = new ArrayList<>(lines.subList(0, rule - 1));
		all.add("| broker | "
				+ Arrays.stream(BrokerFact.values()).map(BrokerFact::title).collect(Collectors.joining(" | ")) + " |");
		all.add(RULE + "|---".repeat(BrokerFact.values().length) + "|");
		all.addAll(rows);
		all.addAll(lines.subList(end, lines.size()));
		return all;
	}

	/** What the tests of one class have shown so far. */
	private static final class Shown {

		private final Map<BrokerFact, Boolean> facts = new EnumMap<>(BrokerFact.class);

		private String title = "";

		private boolean incomplete;

		String row() {
			return "| `" + this.title + "` | "
					+ Arrays.stream(BrokerFact.values())
						.map((fact) -> this.facts.getOrDefault(fact, false) ? "yes" : "–")
						.collect(Collectors.joining(" | "))
					+ " |";
		}

	}

}

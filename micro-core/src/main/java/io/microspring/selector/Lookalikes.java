package io.microspring.selector;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

import io.microspring.concurrent.Threads;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import org.jspecify.annotations.Nullable;

/**
 * Names that the registry knows and that look like one it does not know: for the error
 * that tells so. Asks for the list at most once per second, and waits for it only
 * briefly.
 */
final class Lookalikes {

	private static final Duration WAIT = Duration.ofMillis(500);

	private static final Duration FRESH = Duration.ofSeconds(1);

	private static final int MAX_SHOWN = 3;

	private static final int MAX_NAMES = 1000;

	private static final int MAX_LENGTH = 128;

	private final Registry registry;

	private final AtomicReference<@Nullable Listing> listing = new AtomicReference<>();

	Lookalikes(Registry registry) {
		this.registry = registry;
	}

	/**
	 * What to say behind the error.
	 * @param service the name that is not known
	 * @return {@code ; it knows a, b}; when nothing looks alike, what the registry says
	 * of itself, or empty
	 */
	String hint(String service) {
		List<String> alike = names().stream()
			.limit(MAX_NAMES)
			.map((name) -> new Alike(name, distance(service, name)))
			.filter((alikeness) -> alikeness.distance >= 0)
			.sorted(Comparator.comparingInt(Alike::distance).thenComparing(Alike::name))
			.limit(MAX_SHOWN)
			.map(Alike::name)
			.toList();
		if (!alike.isEmpty()) {
			return "; it knows " + String.join(", ", alike);
		}
		String hint = this.registry.hint();
		return hint.isEmpty() ? "" : "; " + hint;
	}

	private List<String> names() {
		Listing last = this.listing.get();
		if (last == null || System.nanoTime() - last.since > FRESH.toNanos()) {
			Listing next = new Listing(System.nanoTime(), new CompletableFuture<>());
			if (this.listing.compareAndSet(last, next)) {
				Threads.start("micro-selector-list", () -> list(next.names));
			}
			last = this.listing.get();
		}
		return (last != null) ? await(last.names) : List.of();
	}

	private void list(CompletableFuture<List<String>> names) {
		try {
			names.complete(this.registry.list().stream().map(Service::name).distinct().toList());
		}
		catch (RuntimeException ex) {
			// The error is about the unknown service: that the list fails, too, adds
			// nothing to it.
			names.complete(List.of());
		}
	}

	private static List<String> await(CompletableFuture<List<String>> names) {
		try {
			return names.get(WAIT.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return List.of();
		}
		catch (ExecutionException | TimeoutException ex) {
			return List.of();
		}
	}

	/** How many edits apart; 1 for names of one last part; -1 when not alike. */
	private static int distance(String asked, String known) {
		if (asked.isEmpty() || asked.length() > MAX_LENGTH || known.length() > MAX_LENGTH || asked.equals(known)) {
			return -1;
		}
		String a = asked.toLowerCase(Locale.ROOT);
		String b = known.toLowerCase(Locale.ROOT);
		if (lastPart(a).equals(lastPart(b))) {
			return 1;
		}
		int edits = edits(a, b);
		if (edits <= Math.min(3, (a.length() + 1) / 4)) {
			return edits;
		}
		int inLastPart = edits(lastPart(a), lastPart(b));
		return (inLastPart <= Math.min(2, lastPart(a).length() / 4)) ? 1 + inLastPart : -1;
	}

	private static String lastPart(String name) {
		return name.substring(name.lastIndexOf('.') + 1);
	}

	/** Levenshtein's distance. */
	private static int edits(String a, String b) {
		int[] row = new int[b.length() + 1];
		for (int j = 0; j <= b.length(); j++) {
			row[j] = j;
		}
		for (int i = 1; i <= a.length(); i++) {
			int diagonal = row[0];
			row[0] = i;
			for (int j = 1; j <= b.length(); j++) {
				int replaced = diagonal + ((a.charAt(i - 1) == b.charAt(j - 1)) ? 0 : 1);
				diagonal = row[j];
				row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
			}
		}
		return row[b.length()];
	}

	private record Alike(String name, int distance) {

	}

	/** One question for the list, shared by all that ask within a second. */
	private record Listing(long since, CompletableFuture<List<String>> names) {

	}

}

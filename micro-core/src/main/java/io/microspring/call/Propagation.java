package io.microspring.call;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import io.microspring.message.Headers;
import io.microspring.message.Metadata;

/**
 * Which headers of a call travel on to the calls made from inside it. Immutable.
 * (go-micro hands on everything, so that one service's secrets reach all behind it.)
 */
public final class Propagation {

	private final String[] names;

	private final boolean namedOnly;

	/**
	 * A choice of headers.
	 * @param names the names, in any case; one that ends with {@code *} stands for all
	 * that begin so
	 */
	public Propagation(List<String> names) {
		this.names = names.stream().map((name) -> name.toLowerCase(Locale.ROOT)).toArray(String[]::new);
		this.namedOnly = Arrays.stream(this.names)
			.noneMatch((name) -> name.endsWith("*") || name.startsWith(":") || name.equalsIgnoreCase(Headers.LOCAL)
					|| name.equalsIgnoreCase(Headers.REMOTE));
	}

	/**
	 * Whether the choice is the same of a request as it came and of what a handler is
	 * told of it: no pattern, and nothing that the server itself says.
	 * @return true when it is
	 */
	public boolean isNamedOnly() {
		return this.namedOnly;
	}

	/**
	 * The headers that travel on.
	 * @param metadata all headers
	 * @return those chosen
	 */
	public Metadata select(Metadata metadata) {
		Metadata selected = Metadata.empty();
		for (String name : this.names) {
			if (name.endsWith("*")) {
				selected = selected.withAll(withPrefix(metadata, name.substring(0, name.length() - 1)));
			}
			else {
				String value = metadata.get(name);
				selected = (value == null) ? selected : selected.with(name, value);
			}
		}
		return selected;
	}

	private static Metadata withPrefix(Metadata metadata, String prefix) {
		Metadata.Builder builder = Metadata.builder();
		metadata.forEach((name, value) -> {
			if (name.regionMatches(true, 0, prefix, 0, prefix.length())) {
				builder.set(name, value);
			}
		});
		return builder.build();
	}

}

package io.microspring.message;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

/**
 * The headers of a message: names to values, in order, looked up without regard to case.
 * <p>
 * Immutable and thread-safe. A flat array searched from the front: a message has a dozen
 * headers, and for so few that is faster than any map. go-micro:
 * {@code metadata.Metadata}, whose keys differ in case from one generation to the next
 * (protocol reference §3.8), hence the look-up.
 */
public final class Metadata {

	private static final Metadata EMPTY = new Metadata(new String[0]);

	/** Name, value, name, value. */
	private final String[] entries;

	private Metadata(String[] entries) {
		this.entries = entries;
	}

	/**
	 * No headers.
	 * @return the empty metadata
	 */
	public static Metadata empty() {
		return EMPTY;
	}

	/**
	 * Headers written out.
	 * @param namesAndValues name, value, name, value; a name that comes again replaces
	 * the earlier one
	 * @return the metadata
	 */
	public static Metadata of(String... namesAndValues) {
		if (namesAndValues.length % 2 != 0) {
			throw new IllegalArgumentException("A name without a value: " + namesAndValues[namesAndValues.length - 1]);
		}
		Builder builder = builder();
		for (int i = 0; i < namesAndValues.length; i += 2) {
			builder.set(namesAndValues[i], namesAndValues[i + 1]);
		}
		return builder.build();
	}

	/**
	 * The entries of a map, in its order.
	 * @param map names to values
	 * @return the metadata
	 */
	public static Metadata from(Map<String, String> map) {
		Builder builder = builder();
		map.forEach(builder::set);
		return builder.build();
	}

	/**
	 * Starts new metadata.
	 * @return an empty builder, to be used by one thread
	 */
	public static Builder builder() {
		return new Builder(new String[16]);
	}

	/**
	 * Starts new metadata.
	 * @param size how many headers are expected; when it is as many, they are not copied
	 * @return an empty builder, to be used by one thread
	 */
	public static Builder builder(int size) {
		return new Builder(new String[2 * size]);
	}

	/**
	 * The value of a header.
	 * @param name the name, in any case
	 * @return its value, or null when it is not there
	 */
	public @Nullable String get(String name) {
		int index = indexOf(this.entries, this.entries.length, name);
		return (index < 0) ? null : this.entries[index + 1];
	}

	/**
	 * The value of a header, or a fall-back.
	 * @param name the name, in any case
	 * @param fallback what to answer when it is not there
	 * @return the value or the fall-back
	 */
	public String getOrDefault(String name, String fallback) {
		String value = get(name);
		return (value == null) ? fallback : value;
	}

	/**
	 * Whether a header is there.
	 * @param name the name, in any case
	 * @return true when it is
	 */
	public boolean contains(String name) {
		return indexOf(this.entries, this.entries.length, name) >= 0;
	}

	/**
	 * A copy with one header set, in the place of the one of that name if there is one.
	 * @param name the name
	 * @param value the value
	 * @return the copy
	 */
	public Metadata with(String name, String value) {
		return toBuilder().set(name, value).build();
	}

	/**
	 * A copy with all headers of another set.
	 * @param other what to add; its values win
	 * @return the copy, or this when there is nothing to add
	 */
	public Metadata withAll(Metadata other) {
		if (other.isEmpty()) {
			return this;
		}
		if (isEmpty()) {
			return other;
		}
		return toBuilder().setAll(other).build();
	}

	/**
	 * A copy without a header.
	 * @param name the name, in any case
	 * @return the copy, or this when it was not there
	 */
	public Metadata without(String name) {
		return contains(name) ? toBuilder().remove(name).build() : this;
	}

	/**
	 * Hands each header to an action, in order.
	 * @param action receives name and value
	 */
	public void forEach(BiConsumer<String, String> action) {
		for (int i = 0; i < this.entries.length; i += 2) {
			action.accept(this.entries[i], this.entries[i + 1]);
		}
	}

	/**
	 * The names, in order and as they were written.
	 * @return the names
	 */
	public List<String> names() {
		List<String> names = new ArrayList<>(size());
		forEach((name, value) -> names.add(name));
		return Collections.unmodifiableList(names);
	}

	/**
	 * The headers as a map whose keys are compared with regard to case.
	 * @return a copy, in order
	 */
	public Map<String, String> toMap() {
		Map<String, String> map = new LinkedHashMap<>();
		forEach(map::put);
		return Collections.unmodifiableMap(map);
	}

	/**
	 * How many headers there are.
	 * @return the count
	 */
	public int size() {
		return this.entries.length / 2;
	}

	/**
	 * Whether there are none.
	 * @return true when empty
	 */
	public boolean isEmpty() {
		return this.entries.length == 0;
	}

	/**
	 * A builder that starts with these headers.
	 * @return the builder, to be used by one thread
	 */
	public Builder toBuilder() {
		Builder builder = new Builder(this.entries);
		builder.length = this.entries.length;
		builder.shared = true;
		return builder;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		if (!(other instanceof Metadata that) || that.entries.length != this.entries.length) {
			return false;
		}
		for (int i = 0; i < this.entries.length; i += 2) {
			if (!this.entries[i + 1].equals(that.get(this.entries[i]))) {
				return false;
			}
		}
		return true;
	}

	@Override
	public int hashCode() {
		int hash = 0;
		for (int i = 0; i < this.entries.length; i += 2) {
			hash += this.entries[i].toLowerCase(Locale.ROOT).hashCode() ^ this.entries[i + 1].hashCode();
		}
		return hash;
	}

	@Override
	public String toString() {
		return toMap().toString();
	}

	private static int indexOf(String[] entries, int length, String name) {
		for (int i = 0; i < length; i += 2) {
			if (entries[i].equalsIgnoreCase(name)) {
				return i;
			}
		}
		return -1;
	}

	/**
	 * Collects headers. Not thread-safe.
	 */
	public static final class Builder {

		private String[] entries;

		private int length;

		/** Whether the entries are those of metadata, and must not be changed. */
		private boolean shared;

		private Builder(String[] entries) {
			this.entries = entries;
		}

		/**
		 * Sets a header, in the place of the one of that name if there is one.
		 * @param name the name
		 * @param value the value
		 * @return this
		 */
		public Builder set(String name, String value) {
			int index = indexOf(this.entries, this.length, name);
			if (index < 0) {
				return append(name, value);
			}
			own(0);
			this.entries[index] = name;
			this.entries[index + 1] = value;
			return this;
		}

		/**
		 * Sets a header unless it is there already: the first one wins, as in go-micro's
		 * http transport.
		 * @param name the name
		 * @param value the value
		 * @return this
		 */
		public Builder setIfAbsent(String name, String value) {
			return (indexOf(this.entries, this.length, name) < 0) ? append(name, value) : this;
		}

		/**
		 * Sets a header, or adds to the value of the one of that name.
		 * @param name the name
		 * @param value the value
		 * @param separator what stands between the values
		 * @return this
		 */
		public Builder join(String name, String value, String separator) {
			int index = indexOf(this.entries, this.length, name);
			if (index < 0) {
				return append(name, value);
			}
			own(0);
			this.entries[index + 1] += separator + value;
			return this;
		}

		/**
		 * Takes a header out, if it is there.
		 * @param name the name, in any case
		 * @return this
		 */
		public Builder remove(String name) {
			int index = indexOf(this.entries, this.length, name);
			if (index >= 0) {
				own(0);
				this.length -= 2;
				System.arraycopy(this.entries, index + 2, this.entries, index, this.length - index);
			}
			return this;
		}

		/**
		 * Sets all headers of another.
		 * @param other what to add; its values win
		 * @return this
		 */
		public Builder setAll(Metadata other) {
			for (int i = 0; i < other.entries.length; i += 2) {
				set(other.entries[i], other.entries[i + 1]);
			}
			return this;
		}

		/**
		 * What was collected.
		 * @return the metadata; the builder may be used on
		 */
		public Metadata build() {
			if (this.length == 0) {
				return EMPTY;
			}
			if (this.length == this.entries.length) {
				this.shared = true;
				return new Metadata(this.entries);
			}
			return new Metadata(Arrays.copyOf(this.entries, this.length));
		}

		/**
		 * Adds a header of which the caller knows that it is not there yet, in any case:
		 * nothing is searched. That no name comes twice is what all of this class goes
		 * by, so a name that a peer or a user chose is for {@link #set} or
		 * {@link #setIfAbsent}, unless it has been compared with the others.
		 * @param name the name; where assertions are enabled, one that is there already
		 * is an error
		 * @param value the value
		 * @return this
		 */
		public Builder add(String name, String value) {
			assert indexOf(this.entries, this.length, name) < 0 : name + " is there already";
			return append(name, value);
		}

		private Builder append(String name, String value) {
			own(2);
			this.entries[this.length++] = Objects.requireNonNull(name, "name");
			this.entries[this.length++] = Objects.requireNonNull(value, "value");
			return this;
		}

		/** Makes sure that the entries may be changed and have room for more. */
		private void own(int more) {
			if (this.length + more > this.entries.length) {
				this.entries = Arrays.copyOf(this.entries, Math.max(16, this.length + Math.max(more, this.length)));
				this.shared = false;
			}
			else if (this.shared) {
				this.entries = this.entries.clone();
				this.shared = false;
			}
		}

	}

}

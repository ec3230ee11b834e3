package io.microspring.autoconfigure.observation;

import java.util.Iterator;
import java.util.concurrent.atomic.AtomicReference;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/**
 * What the context of a call keeps in fields instead of Micrometer's maps, of which each
 * entry is an object for each call: whether the call went well, since when it is under
 * way, and its key values of low cardinality, which are mostly the very ones that the
 * convention gave.
 */
final class CallState {

	/** When the call began, by the clock of the meters, in nanoseconds. */
	long startedAt;

	/** What the meters count as under way. Of no type, as there may be no meters. */
	@Nullable Object active;

	private volatile boolean succeeded;

	private final AtomicReference<KeyValues> values = new AtomicReference<>(KeyValues.empty());

	/**
	 * The state of a call.
	 * @param context a context
	 * @return its state, or null where it is no call
	 */
	static @Nullable CallState of(Observation.Context context) {
		if (context instanceof ClientCallContext client) {
			return client.state();
		}
		return (context instanceof ServerCallContext server) ? server.state() : null;
	}

	void succeed() {
		this.succeeded = true;
	}

	boolean succeeded() {
		return this.succeeded;
	}

	KeyValues values() {
		return this.values.get();
	}

	@Nullable KeyValue value(String key) {
		for (KeyValue value : this.values.get()) {
			if (value.getKey().equals(key)) {
				return value;
			}
		}
		return null;
	}

	/** Adds key values, in the place of those of the same keys. */
	void add(KeyValues added) {
		this.values.accumulateAndGet(added, CallState::merge);
	}

	void remove(String key) {
		this.values
			.updateAndGet((all) -> KeyValues.of(all.stream().filter((value) -> !value.getKey().equals(key)).toList()));
	}

	private static KeyValues merge(KeyValues before, KeyValues added) {
		return haveSameKeys(before, added) ? added : before.and(added);
	}

	/** Both are in the order of their keys. */
	private static boolean haveSameKeys(KeyValues some, KeyValues others) {
		Iterator<KeyValue> other = others.iterator();
		for (KeyValue one : some) {
			if (!other.hasNext() || !one.getKey().equals(other.next().getKey())) {
				return false;
			}
		}
		return !other.hasNext();
	}

}

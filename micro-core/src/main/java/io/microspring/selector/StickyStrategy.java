package io.microspring.selector;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/**
 * The node that a key was sent to last. What is remembered has a fixed number of places,
 * a few for each key: an old key gives way to a new one.
 */
final class StickyStrategy implements Strategy {

	private static final int PLACES = 1 << 16;

	/** Keys that share so many places seldom drive one another out. */
	private static final int NEIGHBOURS = 4;

	private final Keys keys;

	private final Strategy first;

	private final AtomicReferenceArray<@Nullable Entry> entries = new AtomicReferenceArray<>(PLACES);

	StickyStrategy(Keys keys, Strategy first) {
		this.keys = keys;
		this.first = Objects.requireNonNull(first, "first");
	}

	@Override
	public int choose(Candidates nodes, Selection call) {
		String key = this.keys.of(call);
		if (key == null) {
			return this.first.choose(nodes, call);
		}
		int start = (int) Keys.spread(Keys.hash(key) + nodes.service().hashCode()) & (PLACES - NEIGHBOURS);
		int place = -1;
		for (int i = start; i < start + NEIGHBOURS; i++) {
			Entry entry = this.entries.get(i);
			if (entry == null) {
				place = i;
			}
			else if (entry.key.equals(key) && entry.service.equals(nodes.service())) {
				place = i;
				Integer known = nodes.all().derived(StickyStrategy.class, StickyStrategy::byId).get(entry.node);
				int former = (known == null) ? -1 : nodes.place(known);
				if (former >= 0) {
					return former;
				}
				break;
			}
		}
		int chosen = this.first.choose(nodes, call);
		place = (place >= 0) ? place : start + ThreadLocalRandom.current().nextInt(NEIGHBOURS);
		this.entries.set(place, new Entry(nodes.service(), key, nodes.get(chosen).id()));
		return chosen;
	}

	private static Map<String, Integer> byId(Candidates nodes) {
		Map<String, Integer> places = new HashMap<>();
		for (int i = 0; i < nodes.size(); i++) {
			places.put(nodes.get(i).id(), i);
		}
		return places;
	}

	@Override
	public String toString() {
		return "sticky, first " + this.first;
	}

	/** Where a key was sent to. */
	private record Entry(String service, String key, String node) {

	}

}

package io.microspring.broker;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Who is to get the messages of a topic: everyone without a queue, and of each queue one
 * member after the other. Immutable but for whose turn it is.
 *
 * @param <T> the type of the subscribers
 */
final class Recipients<T> {

	private final List<T> all;

	private final List<T> everyone = new ArrayList<>();

	private final List<List<T>> queues;

	private final AtomicInteger turn = new AtomicInteger(ThreadLocalRandom.current().nextInt(1 << 16));

	/**
	 * The recipients of a topic.
	 * @param subscribers its subscribers
	 * @param queue the queue of a subscriber, empty when it gets a copy of each message
	 */
	Recipients(Collection<T> subscribers, Function<T, String> queue) {
		this.all = List.copyOf(subscribers);
		Map<String, List<T>> members = new LinkedHashMap<>();
		for (T subscriber : subscribers) {
			String name = queue.apply(subscriber);
			if (name.isEmpty()) {
				this.everyone.add(subscriber);
			}
			else {
				members.computeIfAbsent(name, (key) -> new ArrayList<>()).add(subscriber);
			}
		}
		this.queues = List.copyOf(members.values());
	}

	/** All subscribers, with a queue or without. */
	List<T> all() {
		return this.all;
	}

	/** Those that get a copy of each message. */
	List<T> everyone() {
		return this.everyone;
	}

	/** The members of each queue, whose turn it is first. */
	List<List<T>> queues() {
		if (this.queues.isEmpty()) {
			return List.of();
		}
		int turn = this.turn.getAndIncrement();
		List<List<T>> rotated = new ArrayList<>(this.queues.size());
		for (List<T> members : this.queues) {
			int first = Math.floorMod(turn, members.size());
			List<T> order = new ArrayList<>(members.size());
			order.addAll(members.subList(first, members.size()));
			order.addAll(members.subList(0, first));
			rotated.add(order);
		}
		return rotated;
	}

}

package io.microspring.plugins.registry.gossip;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;

/**
 * The other members one after the other, then again in another order: with few turns each
 * has its turn, which by chance alone some would not. Not thread-safe.
 */
final class Round {

	private final Membership membership;

	/** Whose turn it still is; the last one's first. */
	private final List<String> names = new ArrayList<>();

	Round(Membership membership) {
		this.membership = membership;
	}

	/**
	 * Whose turn it is.
	 * @param count how many at the most
	 * @param which who may have a turn
	 * @return different members
	 */
	List<Member> next(int count, Predicate<Member> which) {
		List<Member> chosen = new ArrayList<>();
		boolean begun = false;
		while (chosen.size() < count) {
			if (this.names.isEmpty()) {
				if (begun) {
					break;
				}
				begun = true;
				begin();
				continue;
			}
			Member member = this.membership.find(this.names.remove(this.names.size() - 1));
			if (member != null && which.test(member) && !chosen.contains(member)) {
				chosen.add(member);
			}
		}
		return chosen;
	}

	/**
	 * A member that just came has its turn in this round, too; not at once, because then
	 * all would turn to it and to nobody else.
	 */
	void add(Member member) {
		this.names.add(ThreadLocalRandom.current().nextInt(this.names.size() + 1), member.name());
	}

	private void begin() {
		this.membership.all().forEach((member) -> this.names.add(member.name()));
		this.names.remove(this.membership.self().name());
		Collections.shuffle(this.names, ThreadLocalRandom.current());
	}

}

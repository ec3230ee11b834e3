package io.microspring.broker;

import java.util.List;

/**
 * A published message on its way to one subscriber.
 *
 * @param publication what was published
 * @param others the further members of the subscriber's queue, who may have it instead;
 * empty when the subscriber has no queue
 */
record Outgoing(Publication publication, List<Target> others) {

	/** On its way to one particular subscriber. */
	static Outgoing to(Publication publication) {
		return new Outgoing(publication, List.of());
	}

	/** On its way to the first of several members of a queue. */
	static Outgoing toFirst(Publication publication, List<Target> members) {
		return new Outgoing(publication, members.subList(1, members.size()));
	}

	/**
	 * Hands the message to another member of the queue, as the one it was for cannot have
	 * it.
	 * @return false when there is no other that takes it
	 */
	boolean passOn() {
		for (int i = 0; i < this.others.size(); i++) {
			List<Target> rest = this.others.subList(i, this.others.size());
			if (rest.get(0).offer(toFirst(this.publication, rest))) {
				return true;
			}
		}
		return false;
	}

}

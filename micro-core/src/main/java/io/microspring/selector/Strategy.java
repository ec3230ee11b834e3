package io.microspring.selector;

import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Chooses one of several nodes. Thread-safe; one instance serves all services of a
 * selector. Those that are made here allocate nothing when they choose, and differ little
 * in what a choice costs, however many nodes there are. go-micro:
 * {@code selector.Strategy}.
 */
@FunctionalInterface
public interface Strategy {

	/**
	 * Chooses.
	 * @param nodes the nodes to choose from, at least one
	 * @param call what is known of the call
	 * @return the place of one of them
	 */
	int choose(Candidates nodes, Selection call);

	/**
	 * Any node, all equally likely: go-micro's default.
	 * @return the strategy
	 */
	static Strategy random() {
		return Strategies.RANDOM;
	}

	/**
	 * One node after the other, counted across calls, for each service by itself, and
	 * anew when nodes come or go. (go-micro starts each call at a random node, so that
	 * its round robin is only one within the retries of a call.)
	 * @return a strategy with counters of its own
	 */
	static Strategy roundRobin() {
		return new RoundRobin();
	}

	/**
	 * Any node, each as often as the number {@code weight} in its metadata says: 1 when
	 * there is none, 0 for no calls as long as others have more.
	 * @return the strategy
	 */
	static Strategy weighted() {
		return Strategies.WEIGHTED;
	}

	/**
	 * The node at which the fewest calls and streams of this process are under way. Of
	 * more than 32 nodes, the best of a random 16.
	 * @return the strategy
	 */
	static Strategy leastConnections() {
		return Strategies.LEAST_CONNECTIONS;
	}

	/**
	 * The better of two random nodes: where what answers take lately, times the calls
	 * under way, is less. (Power of two choices: it avoids slow nodes as well as a look
	 * at all of them, and does not send everybody to the one that is best.)
	 * @return the strategy
	 */
	static Strategy powerOfTwoChoices() {
		return Strategies.POWER_OF_TWO;
	}

	/**
	 * The same node for the same key, by a consistent hash: as nodes come and go, only
	 * about their share of the keys moves. The key is the call's own
	 * ({@link Selection#key()}), else the host of whoever's call is being served, else
	 * this host's address.
	 * @return the strategy
	 */
	static Strategy hash() {
		return Strategies.HASH;
	}

	/**
	 * The same node for the same key, where the key is worked out of the call.
	 * @param key gives the key; null for {@link #hash()}'s
	 * @return the strategy
	 */
	static Strategy hash(Function<Selection, @Nullable String> key) {
		return new HashStrategy(new Keys.Custom(Objects.requireNonNull(key)));
	}

	/**
	 * The same node for the same value of a header, of the call or carried on by it.
	 * @param header the header's name; without it {@link #hash()}'s key counts
	 * @return the strategy
	 */
	static Strategy hash(String header) {
		return new HashStrategy(new Keys.Header(Objects.requireNonNull(header)));
	}

	/**
	 * The node that the key was sent to last, for as long as that one may be chosen; for
	 * a new key, and one that was not heard of for long, whatever another strategy
	 * chooses. Unlike with {@link #hash()}, a key moves only when its node goes, and
	 * other processes send it elsewhere. Some 65,000 keys are remembered, whatever their
	 * number. Calls without a key of their own are left to the other strategy.
	 * @param first chooses for a new key
	 * @return a strategy with a memory of its own
	 */
	static Strategy sticky(Strategy first) {
		return new StickyStrategy(Keys.OWN, first);
	}

	/**
	 * The node that the value of a header was sent to last.
	 * @param header the header's name
	 * @param first chooses for a new value
	 * @return a strategy with a memory of its own
	 * @see #sticky(Strategy)
	 */
	static Strategy sticky(String header, Strategy first) {
		return new StickyStrategy(new Keys.Header(Objects.requireNonNull(header)), first);
	}

	/**
	 * Nodes with an entry in their metadata, such as those of the own zone, as long as
	 * enough of them may be chosen; else all. go-micro: {@code selector/label}.
	 * @param key the key of the entry
	 * @param value its value
	 * @param enough which share of the nodes with the entry must be fit to be chosen,
	 * from 0 to 1
	 * @param then chooses among them
	 * @return the strategy
	 */
	static Strategy prefer(String key, String value, double enough, Strategy then) {
		return new PreferStrategy(key, value, enough, then);
	}

	/**
	 * A share of the calls to each of several versions: for canaries. A call that has a
	 * key ({@link Selection#key()}) goes to the same version as others of that key.
	 * Versions that are not named get calls only while none that is named has nodes.
	 * @param shares the share of each version, in per cent or any other unit
	 * @param then chooses among the nodes of a version
	 * @return the strategy
	 */
	static Strategy versionSplit(Map<String, Integer> shares, Strategy then) {
		return new VersionSplit(shares, then);
	}

	/**
	 * Any node but those that failed three times in a row, the last time not thirty
	 * seconds ago. When all have, none is available: unlike ejection, which every
	 * selector has, it knows no limit. go-micro: {@code selector/blacklist}.
	 * @return the strategy
	 */
	static Strategy blacklist() {
		return Strategies.BLACKLIST;
	}

}

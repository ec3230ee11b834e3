package io.microspring.selector;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

import io.microspring.registry.Node;
import org.jspecify.annotations.Nullable;

/**
 * Draws places by their weights in the same time however many there are (the alias
 * method): each place has a share of its own and passes the rest on to one other.
 */
final class Weights {

	/** The entry in a node's metadata. */
	static final String KEY = "weight";

	private static final double MOST = 1e6;

	/** What each place weighs. */
	private final double[] weights;

	private final double[] own;

	private final int[] other;

	private Weights(double[] weights, double[] own, int[] other) {
		this.weights = weights;
		this.own = own;
		this.other = other;
	}

	static Weights of(Candidates nodes) {
		int size = nodes.size();
		double[] weights = nodes.stream().mapToDouble(Weights::weight).toArray();
		double[] share = weights.clone();
		double sum = Arrays.stream(share).sum();
		if (sum == 0) {
			Arrays.fill(share, 1);
			sum = size;
		}
		int[] other = new int[size];
		int[] order = new int[size];
		int small = 0;
		int large = size;
		for (int i = 0; i < size; i++) {
			share[i] *= size / sum;
			other[i] = i;
			order[(share[i] < 1) ? small++ : --large] = i;
		}
		// Those below the average are filled up by those above it.
		int needy = 0;
		while (needy < large && large < size) {
			int giver = order[large];
			int taker = order[needy++];
			other[taker] = giver;
			share[giver] -= 1 - share[taker];
			if (share[giver] < 1) {
				large++;
			}
		}
		return new Weights(weights, share, other);
	}

	int draw(ThreadLocalRandom random) {
		int place = random.nextInt(this.own.length);
		return (random.nextDouble() < this.own[place]) ? place : this.other[place];
	}

	/** Chooses by weight among a few that are left: none of weight 0 but among such. */
	int scan(Candidates left, ThreadLocalRandom random) {
		double sum = 0;
		int chosen = -1;
		for (int i = 0; i < this.weights.length; i++) {
			int place = left.place(i);
			if (place >= 0 && this.weights[i] > 0) {
				sum += this.weights[i];
				// Each takes the place of those before it as often as its share of the
				// sum.
				chosen = (random.nextDouble() * sum < this.weights[i]) ? place : chosen;
			}
		}
		return (chosen >= 0) ? chosen : random.nextInt(left.size());
	}

	/** What cannot be read counts as what is not there. */
	private static double weight(Node node) {
		String text = node.metadata().get(KEY);
		Double weight = (text == null) ? null : parsed(text);
		return (weight == null || !(weight >= 0)) ? 1 : Math.min(weight, MOST);
	}

	private static @Nullable Double parsed(String text) {
		try {
			return Double.valueOf(text.trim());
		}
		catch (NumberFormatException ex) {
			return null;
		}
	}

}

package io.microspring.benchmarks.ours;

import io.microspring.benchmarks.Completion;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether answers are what was sent.
 */
final class Answers {

	private Answers() {
	}

	static void check(int sent, int received) {
		if (sent != received) {
			throw new IllegalStateException("Of " + sent + " characters " + received + " came back");
		}
	}

	static void complete(Completion done, int sent, int received, @Nullable Throwable failure) {
		if (failure == null && sent != received) {
			done.done(new IllegalStateException("Of " + sent + " characters " + received + " came back"));
		}
		else {
			done.done(failure);
		}
	}

}

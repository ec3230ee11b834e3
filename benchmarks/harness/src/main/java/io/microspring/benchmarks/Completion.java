package io.microspring.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * Is told how a call ended.
 */
@FunctionalInterface
public interface Completion {

	/**
	 * The call has ended.
	 * @param failure why it failed, or null when it was answered with what was sent
	 */
	void done(@Nullable Throwable failure);

}

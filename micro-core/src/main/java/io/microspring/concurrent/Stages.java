package io.microspring.concurrent;

import java.util.concurrent.CompletionException;

/**
 * What {@code CompletionStage} leaves its users to do.
 */
public final class Stages {

	private Stages() {
	}

	/**
	 * What a stage failed with, without what stages wrap around it on the way.
	 * @param failure what a dependent of the stage was given
	 * @return the failure itself
	 */
	public static Throwable cause(Throwable failure) {
		Throwable cause = failure;
		while (cause instanceof CompletionException && cause.getCause() != null) {
			cause = cause.getCause();
		}
		return cause;
	}

}

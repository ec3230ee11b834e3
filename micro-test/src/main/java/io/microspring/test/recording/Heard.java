package io.microspring.test.recording;

import java.util.List;

import io.microspring.errors.MicroException;
import org.jspecify.annotations.Nullable;

/**
 * What the user of our client saw of a call.
 *
 * @param messages the {@code msg} of each answer
 * @param ended whether the server ended the stream well; true for a call that was
 * answered
 * @param error the error it ended with, or null
 */
public record Heard(List<String> messages, boolean ended, @Nullable MicroException error) {

	public Heard {
		messages = List.copyOf(messages);
	}

}

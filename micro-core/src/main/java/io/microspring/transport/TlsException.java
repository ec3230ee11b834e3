package io.microspring.transport;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

/**
 * TLS cannot be set up with what the options name: a file that is missing, unreadable,
 * expired or does not belong to the other.
 */
public final class TlsException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String option;

	private final transient Path file;

	/**
	 * An exception.
	 * @param option the option at fault, in the words of the properties: such as
	 * {@code private-key}
	 * @param file the file that it names
	 * @param reason what is wrong with it
	 * @param cause why, or null
	 */
	public TlsException(String option, Path file, String reason, @Nullable Throwable cause) {
		super("TLS: the " + option + " " + file + " " + reason, cause);
		this.option = option;
		this.file = file;
	}

	/**
	 * The option at fault.
	 * @return {@code certificate}, {@code private-key} or {@code trust-certificate}
	 */
	public String option() {
		return this.option;
	}

	/**
	 * The file that the option names.
	 * @return its path
	 */
	public Path file() {
		return this.file;
	}

}

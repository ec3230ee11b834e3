package io.microspring.client;

import io.microspring.errors.MicroException;

/**
 * How a call fails whose service is not there, or has no node left to choose.
 */
public enum NotFound {

	/**
	 * 404, and what was looked for in which registry, with what it knows instead; 503
	 * when nothing is left to choose from, and why.
	 */
	EXPLAIN("", false),
	/**
	 * 500 with go-micro's text as its users have known it longest:
	 * {@code error selecting student_service node: not found}; go-micro up to v1.8.
	 */
	GO_MICRO("error selecting %s node: not found", true),
	/**
	 * 500 with the text of go-micro's first generation as it ended:
	 * {@code service student_service: not found}.
	 */
	GO_MICRO_V1("service %s: not found", true),
	/** 500 with the text of the second generation, the same. */
	GO_MICRO_V2("service %s: not found", true),
	/** 500 with the text of the newest go-micro, the same. */
	GO_MICRO_NEWEST("service %s: not found", true);

	private static final String NONE_AVAILABLE = "error selecting %s node: none available";

	private final String text;

	private final boolean goMicro;

	NotFound(String text, boolean goMicro) {
		this.text = text;
		this.goMicro = goMicro;
	}

	/**
	 * The error that the caller is to see.
	 * @param service the service
	 * @param error what the selector said
	 * @return the error, caused by what the selector said where it says less
	 */
	MicroException told(String service, MicroException error) {
		String said = switch (error.code()) {
			case 404 -> this.text;
			case 503 -> NONE_AVAILABLE;
			default -> "";
		};
		return (!this.goMicro || said.isEmpty()) ? error
				: MicroException.internalServerError(Dialects.ID, said.formatted(service)).because(error);
	}

}

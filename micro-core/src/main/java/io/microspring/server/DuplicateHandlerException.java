package io.microspring.server;

/**
 * Two handlers of a server have one name.
 */
public final class DuplicateHandlerException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	private final String name;

	/**
	 * An exception.
	 * @param name the name
	 */
	public DuplicateHandlerException(String name) {
		super("A handler is called " + name + " already: give one of them another name");
		this.name = name;
	}

	/**
	 * The name.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

}

package io.microspring.service;

/**
 * Something was chosen whose driver is not on the class path.
 */
public final class MissingDriverException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	private final transient Plugin plugin;

	/**
	 * An exception.
	 * @param plugin what was chosen
	 */
	public MissingDriverException(Plugin plugin) {
		super("The " + plugin.concept().word() + " '" + plugin.name() + "' needs " + plugin.dependency()
				+ " on the class path");
		this.plugin = plugin;
	}

	/**
	 * What was chosen.
	 * @return the line of the catalogue
	 */
	public Plugin plugin() {
		return this.plugin;
	}

}

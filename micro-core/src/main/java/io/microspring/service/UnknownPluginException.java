package io.microspring.service;

import java.util.List;

import io.microspring.service.Plugin.Concept;

/**
 * A name was chosen that nothing goes by.
 */
public final class UnknownPluginException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	private final Concept concept;

	private final String name;

	private final transient List<String> known;

	/**
	 * An exception.
	 * @param concept what was to be chosen
	 * @param name the name that was asked for
	 * @param known the names there are
	 */
	public UnknownPluginException(Concept concept, String name, List<String> known) {
		super("There is no " + concept.word() + " '" + name + "'; there are " + String.join(", ", known));
		this.concept = concept;
		this.name = name;
		this.known = List.copyOf(known);
	}

	/**
	 * What was to be chosen.
	 * @return the concept
	 */
	public Concept concept() {
		return this.concept;
	}

	/**
	 * The name that was asked for.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * The names there are.
	 * @return the names
	 */
	public List<String> known() {
		return this.known;
	}

}

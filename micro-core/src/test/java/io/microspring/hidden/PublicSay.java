package io.microspring.hidden;

/**
 * A public handler whose parent is hidden: the compiler writes a bridge for its methods.
 */
public class PublicSay extends HiddenSay {

	public String own(String text) {
		return text;
	}

}

package io.microspring.benchmarks.dubbo;

import java.io.Serializable;

/**
 * The message, in both directions, as Hessian wants it.
 */
public class Message implements Serializable {

	private static final long serialVersionUID = 1;

	private String text = "";

	/**
	 * A message without a text, for Hessian.
	 */
	public Message() {
	}

	/**
	 * A message.
	 * @param text its text
	 */
	public Message(String text) {
		this.text = text;
	}

	/**
	 * Its text.
	 * @return the text
	 */
	public String getText() {
		return this.text;
	}

	/**
	 * Changes the text.
	 * @param text the text
	 */
	public void setText(String text) {
		this.text = text;
	}

}

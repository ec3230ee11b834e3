package io.microspring.transport;

import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * What many calls on a {@link Multiplex} have in common: it is sent once. Two templates
 * are the same only if they are the same object.
 */
public final class CallTemplate {

	private final Metadata headers;

	private volatile @Nullable Object attachment;

	/**
	 * A template.
	 * @param headers the headers of each call, service and endpoint among them
	 */
	public CallTemplate(Metadata headers) {
		this.headers = headers;
	}

	/**
	 * The headers of each call.
	 * @return the headers
	 */
	public Metadata headers() {
		return this.headers;
	}

	/**
	 * What whoever answers has found out about such calls.
	 * @return what was attached, or null
	 */
	public @Nullable Object attachment() {
		return this.attachment;
	}

	/**
	 * Remembers what such calls are.
	 * @param attachment what to remember
	 */
	public void attach(Object attachment) {
		this.attachment = attachment;
	}

}

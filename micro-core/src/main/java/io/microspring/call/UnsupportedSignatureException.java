package io.microspring.call;

import java.lang.reflect.Method;

/**
 * A method of a handler, subscriber or client interface cannot be what it is meant to be.
 */
public final class UnsupportedSignatureException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	private final transient Method method;

	/**
	 * An exception.
	 * @param method the method
	 * @param what what is wrong with it
	 */
	public UnsupportedSignatureException(Method method, String what) {
		super(method.toGenericString() + ": " + what);
		this.method = method;
	}

	/**
	 * The method.
	 * @return the method
	 */
	public Method method() {
		return this.method;
	}

}

package io.microspring.call;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Puts interceptors around what they intercept, in go-micro's order (protocol reference
 * §12).
 */
public final class Interceptors {

	private Interceptors() {
	}

	/**
	 * Wraps a function.
	 * @param <F> the type of the function
	 * @param innermost the function
	 * @param interceptors what is put around it; the first is the outermost
	 * @return the function inside its interceptors
	 */
	public static <F> F around(F innermost, List<? extends UnaryOperator<F>> interceptors) {
		F wrapped = innermost;
		for (int i = interceptors.size() - 1; i >= 0; i--) {
			wrapped = interceptors.get(i).apply(wrapped);
		}
		return wrapped;
	}

}

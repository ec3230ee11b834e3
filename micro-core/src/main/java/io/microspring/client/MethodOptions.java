package io.microspring.client;

import org.jspecify.annotations.Nullable;

/**
 * The options of a method of a client's interface. What its annotations declare is
 * outdone by what the client is told of the endpoint or the service, as that can be
 * changed without the code.
 */
final class MethodOptions {

	private final CallOptions given;

	private final CallOptions declared;

	/** What calls are like by now. */
	private volatile @Nullable Known known;

	/**
	 * The options of a method.
	 * @param given what the interface's implementation was asked for with
	 * @param declared what annotations say
	 */
	MethodOptions(CallOptions given, CallOptions declared) {
		this.given = given;
		this.declared = declared;
	}

	/**
	 * The options of a call that has none of its own.
	 * @param defaults what the client has
	 * @param service the name of the service
	 * @param endpoint the endpoint
	 * @return the options, complete
	 */
	CallOptions complete(CallDefaults defaults, String service, String endpoint) {
		Known last = this.known;
		if (last == null || last.defaults != defaults) {
			last = new Known(defaults, this.given.over(defaults.of(service, endpoint, this.declared)));
			this.known = last;
		}
		return last.options;
	}

	/** The options as of some defaults. */
	private record Known(CallDefaults defaults, CallOptions options) {

	}

}

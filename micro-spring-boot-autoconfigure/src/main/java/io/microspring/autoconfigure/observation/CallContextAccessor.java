package io.microspring.autoconfigure.observation;

import io.micrometer.context.ThreadLocalAccessor;
import io.microspring.call.CallContext;
import org.jspecify.annotations.Nullable;

/**
 * Lets context-propagation carry the deadline and metadata of the current call to other
 * threads, such as Reactor's.
 */
final class CallContextAccessor implements ThreadLocalAccessor<CallContext> {

	static final String KEY = "micro.call";

	@Override
	public Object key() {
		return KEY;
	}

	@Override
	public @Nullable CallContext getValue() {
		CallContext current = CallContext.current();
		return (current == CallContext.NONE) ? null : current;
	}

	@Override
	public void setValue(CallContext value) {
		// The library restores what was there before by itself, so the scope is not kept.
		value.open();
	}

	@Override
	public void setValue() {
		CallContext.NONE.open();
	}

}

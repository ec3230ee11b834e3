package io.microspring.autoconfigure.observation;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.transport.RequestReplyReceiverContext;
import io.microspring.message.Headers;
import io.microspring.server.Call;
import org.jspecify.annotations.Nullable;

/**
 * A call that is being served; a trace is continued from its headers.
 */
public final class ServerCallContext extends RequestReplyReceiverContext<Call, Object> {

	private final Call call;

	private final CallState state = new CallState();

	/**
	 * A context.
	 * @param call the call
	 */
	public ServerCallContext(Call call) {
		super((carrier, name) -> carrier.metadata().get(name));
		this.call = call;
		setCarrier(call);
		setRemoteServiceAddress(call.remote());
	}

	/**
	 * The service that calls, as it says itself: looked up for whoever asks, since
	 * headers that nobody asks for are not made.
	 */
	@Override
	public @Nullable String getRemoteServiceName() {
		String given = super.getRemoteServiceName();
		return (given != null) ? given : this.call.metadata().get(Headers.FROM_SERVICE);
	}

	/**
	 * The call.
	 * @return the call
	 */
	public Call call() {
		return this.call;
	}

	/** What is kept in fields. */
	CallState state() {
		return this.state;
	}

	@Override
	public Observation.Context addLowCardinalityKeyValues(KeyValues keyValues) {
		this.state.add(keyValues);
		return this;
	}

	@Override
	public Observation.Context addLowCardinalityKeyValue(KeyValue keyValue) {
		this.state.add(KeyValues.of(keyValue));
		return this;
	}

	@Override
	public Observation.Context removeLowCardinalityKeyValue(String keyName) {
		this.state.remove(keyName);
		return this;
	}

	@Override
	public KeyValues getLowCardinalityKeyValues() {
		return this.state.values();
	}

	@Override
	public @Nullable KeyValue getLowCardinalityKeyValue(String key) {
		return this.state.value(key);
	}

}

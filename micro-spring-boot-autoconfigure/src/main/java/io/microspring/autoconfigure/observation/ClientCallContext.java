package io.microspring.autoconfigure.observation;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.transport.RequestReplySenderContext;
import io.microspring.client.CallFunction.Outgoing;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * A call that is being made; what propagates a trace sets headers of the call.
 */
public final class ClientCallContext extends RequestReplySenderContext<Metadata.Builder, Object> {

	private final Outgoing call;

	private final CallState state = new CallState();

	private boolean carried;

	/**
	 * A context.
	 * @param call the call
	 */
	public ClientCallContext(Outgoing call) {
		super((carrier, name, value) -> {
			if (carrier != null) {
				carrier.set(name, value);
			}
		});
		this.call = call;
		setRemoteServiceName(call.request().service());
	}

	/**
	 * The headers that travel with the call: made for whoever asks first, as nobody does
	 * without a tracer.
	 */
	@Override
	public Metadata.@Nullable Builder getCarrier() {
		if (!this.carried) {
			setCarrier(Metadata.builder());
		}
		return super.getCarrier();
	}

	@Override
	public void setCarrier(Metadata.Builder carrier) {
		this.carried = true;
		super.setCarrier(carrier);
	}

	/** What was set, if anybody asked. */
	Metadata headers() {
		Metadata.Builder carrier = this.carried ? super.getCarrier() : null;
		return (carrier != null) ? carrier.build() : Metadata.empty();
	}

	/**
	 * The call.
	 * @return the call, without the headers that were set meanwhile
	 */
	public Outgoing call() {
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

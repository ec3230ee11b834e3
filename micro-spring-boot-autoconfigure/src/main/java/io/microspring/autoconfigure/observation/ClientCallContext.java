package io.microspring.autoconfigure.observation;

import io.micrometer.observation.transport.RequestReplySenderContext;
import io.microspring.client.CallFunction.Outgoing;
import io.microspring.message.Metadata;

/**
 * A call that is being made; what propagates a trace sets headers of the call.
 */
public final class ClientCallContext extends RequestReplySenderContext<Metadata.Builder, Object> {

	private final Outgoing call;

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
		setCarrier(Metadata.builder());
		setRemoteServiceName(call.request().service());
	}

	/**
	 * The call.
	 * @return the call, without the headers that were set meanwhile
	 */
	public Outgoing call() {
		return this.call;
	}

}

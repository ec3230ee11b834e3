package io.microspring.autoconfigure.observation;

import io.micrometer.observation.transport.RequestReplyReceiverContext;
import io.microspring.message.Headers;
import io.microspring.server.Call;

/**
 * A call that is being served; a trace is continued from its headers.
 */
public final class ServerCallContext extends RequestReplyReceiverContext<Call, Object> {

	private final Call call;

	/**
	 * A context.
	 * @param call the call
	 */
	public ServerCallContext(Call call) {
		super((carrier, name) -> carrier.metadata().get(name));
		this.call = call;
		setCarrier(call);
		setRemoteServiceName(call.metadata().get(Headers.FROM_SERVICE));
		setRemoteServiceAddress(call.remote());
	}

	/**
	 * The call.
	 * @return the call
	 */
	public Call call() {
		return this.call;
	}

}

package io.microspring.test.recording;

import java.util.Map;

import com.google.protobuf.StringValue;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.Request;
import tools.jackson.databind.JsonNode;

/**
 * A client of ours, as the player uses it.
 */
@FunctionalInterface
public interface Caller {

	/**
	 * Calls the greeter that the player plays.
	 * @param call what to call
	 * @param address where, {@code host:port}
	 * @return the {@code msg} of the answer
	 * @throws io.microspring.errors.MicroException the error that the greeter answered,
	 * or why there is no answer
	 */
	String call(GoCall call, String address);

	/**
	 * A client, without generated messages: to protobuf a {@link StringValue} and the
	 * greeter's messages are the same, one text as field 1.
	 * @param client the client
	 * @return the caller
	 */
	static Caller of(Client client) {
		return (call, address) -> {
			CallOptions options = CallOptions.defaults()
				.withAddress(address)
				.withContentType(call.contentType())
				.withTimeout(call.timeout())
				.withMetadata(call.metadata());
			if (call.contentType().contains("json")) {
				Request request = Request.of(call.service(), call.endpoint(), Map.of("name", call.name()));
				return client.call(request, JsonNode.class, options).path("msg").asString("");
			}
			Request request = Request.of(call.service(), call.endpoint(), StringValue.of(call.name()));
			return client.call(request, StringValue.class, options).getValue();
		};
	}

}

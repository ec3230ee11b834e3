package io.microspring.server;

import io.microspring.client.Client;
import io.microspring.client.ClientOptions;
import io.microspring.client.Request;
import io.microspring.server.wire.debug.HealthRequest;
import io.microspring.server.wire.debug.HealthResponse;
import io.microspring.transport.Transport;
import org.awaitility.Awaitility;

/**
 * What calls travel on between our client and our server.
 */
enum Wire {

	/** mucp over HTTP/1.1. */
	HTTP,
	/** Many calls on a connection, on the port of HTTP. */
	MUX,
	/** mucp within the process. */
	MEMORY,
	/** gRPC on the port of HTTP. */
	GRPC,
	/** mucp within calls of gRPC. */
	GRPC_TRANSPORT;

	Transport transport() {
		return switch (this) {
			case HTTP, MUX, GRPC -> Transport.http();
			case MEMORY -> Transport.memory();
			case GRPC_TRANSPORT -> Transport.grpc();
		};
	}

	/** The options of a client that speaks so. */
	ClientOptions client() {
		return ClientOptions.defaults()
			.withProtocol((this == GRPC) ? "grpc" : ClientOptions.AUTO)
			.withMultiplex(this == MUX);
	}

	/**
	 * Has a client speak so: a connection that calls share is dialled at the first call,
	 * which does not wait for it.
	 */
	void warm(Client client, String service) {
		if (this == MUX) {
			Awaitility.await().until(() -> {
				client.call(Request.of(service, "Debug.Health", HealthRequest.getDefaultInstance()),
						HealthResponse.class);
				return client.stats().connectionsIdle() > 1;
			});
		}
	}

}

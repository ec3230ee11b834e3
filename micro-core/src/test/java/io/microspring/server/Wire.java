package io.microspring.server;

import io.microspring.client.ClientOptions;
import io.microspring.transport.Transport;

/**
 * What calls travel on between our client and our server.
 */
enum Wire {

	/** mucp over HTTP/1.1. */
	HTTP,
	/** mucp within the process. */
	MEMORY,
	/** gRPC on the port of HTTP. */
	GRPC,
	/** mucp within calls of gRPC. */
	GRPC_TRANSPORT;

	Transport transport() {
		return switch (this) {
			case HTTP, GRPC -> Transport.http();
			case MEMORY -> Transport.memory();
			case GRPC_TRANSPORT -> Transport.grpc();
		};
	}

	/** The options of a client that speaks so. */
	ClientOptions client() {
		return ClientOptions.defaults().withProtocol((this == GRPC) ? "grpc" : ClientOptions.AUTO);
	}

}

package io.microspring.client;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What to call, and with what. Immutable. go-micro: {@code client.Request}.
 *
 * @param service the name of the service
 * @param endpoint the endpoint, such as {@code Say.Hello}
 * @param body the request object, or null for none
 */
public record Request(String service, String endpoint, @Nullable Object body) {

	public Request {
		Objects.requireNonNull(service, "service");
		Objects.requireNonNull(endpoint, "endpoint");
	}

	/**
	 * A request.
	 * @param service the name of the service
	 * @param endpoint the endpoint
	 * @param body the request object, or null for none
	 * @return the request
	 */
	public static Request of(String service, String endpoint, @Nullable Object body) {
		return new Request(service, endpoint, body);
	}

}

package io.microspring.test.recording;

import java.time.Duration;

import io.microspring.message.Metadata;

/**
 * A call that a user of the Go client made, to be made again with a client of ours.
 *
 * @param service the service
 * @param endpoint the endpoint
 * @param contentType the content type
 * @param name the name in the greeter's request
 * @param metadata the headers that the user added
 * @param timeout how long the caller waits
 */
public record GoCall(String service, String endpoint, String contentType, String name, Metadata metadata,
		Duration timeout) {

	/** The time-out where Go's server never answers. */
	private static final Duration IN_VAIN = Duration.ofMillis(500);

	/**
	 * The call behind a request.
	 * @param request what the Go client wrote
	 * @param answered whether the Go server answered it
	 * @return the call
	 */
	static GoCall of(HttpMessage request, boolean answered) {
		Metadata headers = request.headers();
		Metadata.Builder metadata = Metadata.builder();
		headers.forEach((name, value) -> {
			if (Requests.isUsers(name)) {
				metadata.set(name, value);
			}
		});
		Duration timeout = Duration.ofNanos(Long.parseLong(headers.getOrDefault("Timeout", "5000000000")));
		return new GoCall(headers.getOrDefault("Micro-Service", ""), headers.getOrDefault("Micro-Endpoint", ""),
				request.contentType(), Bodies.text(request, "name"), metadata.build(), answered ? timeout : IN_VAIN);
	}

}

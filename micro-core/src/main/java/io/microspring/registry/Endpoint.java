package io.microspring.registry;

import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What a service offers: an endpoint that can be called, or a topic it subscribes to.
 * Immutable. go-micro: {@code registry.Endpoint}.
 *
 * @param name the endpoint's name, such as {@code Say.Hello}
 * @param request the tree of what it takes, or null
 * @param response the tree of what it answers, or null
 * @param metadata {@code stream=true} for streams, {@code subscriber=true} and
 * {@code topic} for subscribers
 */
public record Endpoint(String name, @Nullable Value request, @Nullable Value response, Map<String, String> metadata) {

	public Endpoint {
		Objects.requireNonNull(name, "name");
		metadata = Map.copyOf(metadata);
	}

}

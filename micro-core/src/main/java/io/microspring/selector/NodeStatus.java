package io.microspring.selector;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What a selector knows of a node.
 *
 * @param service the name of the service
 * @param id the node's id
 * @param address its address
 * @param out whether it gets no calls, or only one at a time to find out how it is
 * @param reason why it is out, or null
 * @param since since when, or null
 * @param inFlight calls and streams of this process that are under way
 * @param latency what its answers take, zero when there was none
 * @param failures failures in a row
 */
public record NodeStatus(String service, String id, String address, boolean out, @Nullable String reason,
		@Nullable Instant since, int inFlight, Duration latency, int failures) {

	static NodeStatus of(String service, NodeState state) {
		return new NodeStatus(service, state.node().id(), state.node().address(),
				state.standing() != NodeState.Standing.IN, state.reason(), state.since(), state.inFlight(),
				Duration.ofNanos(state.latency()), state.failures());
	}

}

package io.microspring.test.recording;

import java.time.Duration;

/**
 * A mucp client and a mucp server over http. Where the node was registered without
 * metadata, our client is given the node as well: an address alone says nothing of the
 * protocol.
 */
final class MucpHttp implements Family {

	/** For what Go answers in vain: it takes the opening of a stream for a message. */
	private static final Duration SOON = Duration.ofMillis(500);

	@Override
	public String name() {
		return "mucp-http";
	}

	@Override
	public Finding asServer(Recording recording, String target) {
		if (!recording.hasBytesOfClient()) {
			return Finding.notPlayed("the client's bytes are not in the recording");
		}
		boolean broken = recording.name().matches("(stream|bidi)-grpc-.*");
		GoClient client = broken ? new GoClient(target, SOON) : new GoClient(target);
		return Finding.of(client.play(recording));
	}

	@Override
	public Finding asClient(Recording recording, Caller caller) {
		if (recording.results().isEmpty()) {
			return Finding.notPlayed("no client's result was recorded");
		}
		if (!recording.hasBytesOfClient()) {
			return Finding.notPlayed("the client wrote nothing");
		}
		return Finding.of(GoServer.play(recording, GoServer.isBare(recording) ? Caller.ofNodes() : caller));
	}

}

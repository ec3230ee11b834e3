package io.microspring.test.recording;

/**
 * A mucp client and a mucp server over http.
 */
final class MucpHttp implements Family {

	@Override
	public String name() {
		return "mucp-http";
	}

	@Override
	public Finding asServer(Recording recording, String target) {
		return recording.hasBytesOfClient() ? Finding.of(new GoClient(target).play(recording))
				: Finding.notPlayed("the client's bytes are not in the recording");
	}

	@Override
	public Finding asClient(Recording recording, Caller caller) {
		if (recording.results().isEmpty()) {
			return Finding.notPlayed("no client's result was recorded");
		}
		if (!recording.results().get(0).path("op").asString("").equals("call")) {
			return Finding.notPlayed("the player does not stream yet");
		}
		if (!recording.hasBytesOfClient()) {
			return Finding.notPlayed("the client wrote nothing");
		}
		return Finding.of(GoServer.play(recording, caller));
	}

}

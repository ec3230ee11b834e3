package io.microspring.test.recording;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import io.microspring.test.recording.Recording.Event;

/**
 * One recorded HTTP/2 connection as a dialogue: what each side wrote, and how far the
 * other side had come whenever it wrote.
 *
 * @param turns who wrote what when, without acknowledgements: these answer the frames of
 * the other side that is there when it is played
 * @param client all that the Go client wrote
 * @param server all that the Go server wrote
 * @param ends whether the end of a stream is something to wait for
 * @param closedByServer whether the Go server ended the connection first
 * @param silence how many milliseconds nobody wrote before the end
 */
record Http2Script(List<Turn> turns, Http2Half client, Http2Half server, boolean ends, boolean closedByServer,
		double silence) {

	/**
	 * Reads a connection.
	 * @param events what was written on it
	 * @param ends whether the end of a stream is something to wait for
	 * @return the dialogue
	 * @throws IOException when it is none in HTTP/2
	 */
	static Http2Script of(List<Event> events, boolean ends) throws IOException {
		Http2Half client = new Http2Half(true);
		Http2Half server = new Http2Half(false);
		List<Turn> turns = new ArrayList<>();
		double last = 0;
		boolean closedByServer = false;
		for (Event event : events) {
			if (event.isEnd()) {
				closedByServer = !event.fromClient();
				return new Http2Script(List.copyOf(turns), client, server, ends, closedByServer,
						Math.max(0, event.millis() - last));
			}
			Http2Half other = event.fromClient() ? server : client;
			Http2Half.Progress seen = other.progress(ends);
			List<Http2Frame> frames = (event.fromClient() ? client : server).add(event.bytes());
			turns.add(
					new Turn(event.fromClient(), frames.stream().filter((frame) -> !frame.isAcknowledgement()).toList(),
							seen, Math.max(0, event.millis() - last)));
			last = event.millis();
		}
		return new Http2Script(List.copyOf(turns), client, server, ends, false, 0);
	}

	/**
	 * What one side wrote.
	 * @param asClient whether the client's is meant
	 * @return that side
	 */
	Http2Half half(boolean asClient) {
		return asClient ? this.client : this.server;
	}

	/**
	 * Frames that one side wrote at once.
	 *
	 * @param fromClient whether the client wrote them
	 * @param frames the frames
	 * @param seen how far the other side had come
	 * @param pause how many milliseconds nobody had written before
	 */
	record Turn(boolean fromClient, List<Http2Frame> frames, Http2Half.Progress seen, double pause) {
	}

}

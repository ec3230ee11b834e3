package io.microspring.test.recording;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

import io.microspring.test.recording.Recording.Event;
import org.jspecify.annotations.Nullable;

/**
 * One recorded HTTP/1.1 connection as a dialogue: the messages of both sides, and how
 * many of the other side's each side had seen whenever it wrote.
 *
 * @param requests what the Go client wrote
 * @param replies what the Go server wrote
 * @param turns who wrote what when, without the ends
 * @param closedByServer whether the Go server ended the connection first
 * @param silence how many milliseconds nobody wrote before the end
 */
record Script(List<HttpMessage> requests, List<HttpMessage> replies, List<Turn> turns, boolean closedByServer,
		double silence) {

	static Script of(List<Event> events) {
		ByteArrayOutputStream fromClient = new ByteArrayOutputStream();
		ByteArrayOutputStream fromServer = new ByteArrayOutputStream();
		List<Turn> turns = new ArrayList<>();
		double last = 0;
		@Nullable Event end = null;
		for (Event event : events) {
			if (event.isEnd()) {
				end = (end == null) ? event : end;
				continue;
			}
			ByteArrayOutputStream other = event.fromClient() ? fromServer : fromClient;
			turns.add(new Turn(event.fromClient(), event.bytes(), HttpMessage.all(other.toByteArray()).size()));
			(event.fromClient() ? fromClient : fromServer).writeBytes(event.bytes());
			last = event.millis();
		}
		return new Script(HttpMessage.all(fromClient.toByteArray()), HttpMessage.all(fromServer.toByteArray()), turns,
				end != null && !end.fromClient(), (end == null) ? 0 : Math.max(0, end.millis() - last));
	}

	boolean endsWithTheServer() {
		return !this.turns.isEmpty() && !this.turns.get(this.turns.size() - 1).fromClient();
	}

	/**
	 * How many requests the client wrote before it saw the first reply.
	 * @return the number
	 */
	int pipelined() {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		this.turns.stream()
			.filter((turn) -> turn.fromClient() && turn.seen() == 0)
			.forEach((turn) -> bytes.writeBytes(turn.bytes()));
		return HttpMessage.all(bytes.toByteArray()).size();
	}

	/**
	 * Bytes that one side wrote.
	 *
	 * @param fromClient whether the client wrote them
	 * @param bytes the bytes
	 * @param seen how many whole messages of the other side had come before
	 */
	record Turn(boolean fromClient, byte[] bytes, int seen) {
	}

}

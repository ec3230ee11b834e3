package io.microspring.test.recording;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.microspring.concurrent.Threads;
import io.microspring.registry.Node;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Calls through a NATS server, which is a real one: the recording has several, each by a
 * client of its own. As the server, the greeter listens to a subject, the target; as the
 * client, the player does.
 */
public final class NatsTransportFamily implements Family {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	/** How long one waits for what Go did not answer. */
	private static final Duration SUSPICION = Duration.ofMillis(50);

	private final String address;

	/**
	 * The family.
	 * @param address the NATS that is there, which the greeter and the caller use too
	 */
	public NatsTransportFamily(String address) {
		this.address = address;
	}

	@Override
	public String name() {
		return "nats-transport";
	}

	@Override
	public Finding asServer(Recording recording, String target) {
		List<String> differences = new ArrayList<>();
		for (Exchange exchange : Exchange.all(recording)) {
			try (GoNats go = new GoNats(this.address)) {
				ask(exchange, go, target).forEach((difference) -> differences.add(exchange.name() + ": " + difference));
			}
			catch (IOException ex) {
				differences.add(exchange.name() + ": " + ex);
			}
		}
		return Finding.of(differences);
	}

	private static List<String> ask(Exchange exchange, GoNats go, String target) throws IOException {
		List<String> differences = new ArrayList<>();
		String inbox = "_INBOX." + UUID.randomUUID();
		go.subscribe(inbox);
		for (NatsFrame frame : exchange.frames()) {
			if (frame.fromClient()) {
				go.publish(target, inbox, frame.payload());
				continue;
			}
			NatsFrame ours = go.next(PATIENCE);
			if (ours == null) {
				differences.add("no reply within " + PATIENCE);
				return differences;
			}
			HttpMessage reply = frame.mucp();
			differences.addAll(Replies.differences(reply.headers().get("Micro-Id"), reply, ours.mucp()));
		}
		NatsFrame more = go.next(SUSPICION);
		// A client that ends its stream hangs up before the server has said so too.
		if (more != null && !(exchange.isEndedByClient() && isEnd(more))) {
			differences.add("a further reply: " + more.mucp().headers());
		}
		return differences;
	}

	@Override
	public Finding asClient(Recording recording, Caller caller) {
		List<String> differences = new ArrayList<>();
		for (Exchange exchange : Exchange.all(recording)) {
			String subject = "_INBOX." + UUID.randomUUID();
			try (GoNats go = new GoNats(this.address)) {
				go.subscribe(subject);
				List<HttpMessage> asked = exchange.asked();
				List<String> found = new ArrayList<>();
				Thread server = Threads.start("go-server", () -> answer(exchange, go, found));
				Node node = new Node("go.micro.srv.greeter-1", subject,
						Map.of("protocol", "mucp", "server", "mucp", "transport", "nats"));
				List<Heard> heard = caller.make(List.of(GoCall.of(exchange.result(), asked, true)), node);
				server.join(PATIENCE.toMillis());
				differences.addAll(found.stream().map((text) -> exchange.name() + ": " + text).toList());
				Results.differences(List.of(exchange.result()), heard)
					.forEach((difference) -> differences.add(exchange.name() + ": " + difference));
			}
			catch (IOException ex) {
				differences.add(exchange.name() + ": " + ex);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				differences.add("interrupted");
			}
		}
		return Finding.of(differences);
	}

	/** Is the Go server, which heard and answered what was recorded. */
	private static void answer(Exchange exchange, GoNats go, List<String> differences) {
		String replyTo = "";
		boolean first = true;
		try {
			for (NatsFrame frame : exchange.frames()) {
				if (!frame.fromClient()) {
					go.publish(replyTo, "", frame.payload());
					continue;
				}
				NatsFrame ours = asked(go);
				if (ours == null) {
					// A client that has all it wants may hang up without saying so.
					if (!isEnd(frame)) {
						differences.add("nothing was asked within " + PATIENCE);
					}
					return;
				}
				replyTo = ours.replyTo();
				differences.addAll(Requests.differences(frame.mucp(), ours.mucp(), first));
				first = false;
			}
		}
		catch (IOException ex) {
			differences.add(ex.toString());
		}
	}

	/** What is sent without a payload closes the connection. */
	private static @Nullable NatsFrame asked(GoNats go) throws IOException {
		NatsFrame ours = go.next(PATIENCE);
		return (ours == null || ours.payload().length == 0) ? null : ours;
	}

	private static boolean isEnd(NatsFrame frame) {
		return "EOS".equals(frame.mucp().headers().get("Micro-Error"));
	}

	/**
	 * A call, or stream, of one client.
	 *
	 * @param result what its user saw
	 * @param frames what went between it and the server
	 */
	private record Exchange(JsonNode result, List<NatsFrame> frames) {

		static List<Exchange> all(Recording recording) {
			List<Exchange> exchanges = new ArrayList<>();
			for (JsonNode exchange : recording.json().path("exchanges")) {
				List<NatsFrame> frames = new ArrayList<>();
				for (JsonNode connection : exchange.path("client_connections")) {
					frames.addAll(NatsFrame.all(Recording.events(connection.path("events"))));
				}
				exchanges.add(new Exchange(JSON.readTree(exchange.path("result").asString("{}")), frames));
			}
			return exchanges;
		}

		String name() {
			return this.result.path("op").asString("") + " " + this.result.path("content_type").asString("");
		}

		boolean isEndedByClient() {
			NatsFrame last = this.frames.get(this.frames.size() - 1);
			return last.fromClient() && isEnd(last);
		}

		List<HttpMessage> asked() {
			return this.frames.stream().filter(NatsFrame::fromClient).map(NatsFrame::mucp).toList();
		}

	}

}

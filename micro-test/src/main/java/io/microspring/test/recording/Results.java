package io.microspring.test.recording;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.microspring.errors.MicroException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Whether the user of our client saw what the user of the Go client did.
 */
final class Results {

	/** On streams, Go's client shows gRPC's own error as it is. */
	private static final Pattern OF_GRPC = Pattern.compile("rpc error: code = \\w+ desc = (.*)", Pattern.DOTALL);

	private Results() {
	}

	/**
	 * Compares the calls of a recording.
	 * @param go what the user of the Go client saw, of {@link Recording#results()}
	 * @param ours what was seen now
	 * @return the differences, none when they mean the same
	 */
	static List<String> differences(List<JsonNode> go, List<Heard> ours) {
		List<String> differences = new ArrayList<>();
		for (int i = 0; i < go.size(); i++) {
			String which = (go.size() > 1) ? "call " + (i + 1) + ": " : "";
			differences(go.get(i), ours.get(i)).forEach((difference) -> differences.add(which + difference));
		}
		return differences;
	}

	/**
	 * Compares one call.
	 * @param go what the user of the Go client saw, of {@link Recording#results()}
	 * @param ours what was seen now
	 * @return the differences, none when they mean the same
	 */
	static List<String> differences(JsonNode go, Heard ours) {
		List<String> differences = new ArrayList<>();
		List<String> messages = messages(go);
		if (!Bodies.withoutWhatVaries(messages).equals(Bodies.withoutWhatVaries(ours.messages()))) {
			differences.add("the caller got " + ours.messages() + " for " + messages);
		}
		String error = go.path("error").asString("");
		if (!sameError(error, ours.error())) {
			differences
				.add("the caller got " + ((ours.error() == null) ? "no error" : "the error " + ours.error().toText())
						+ " for " + (error.isEmpty() ? "no error" : "the error " + error));
		}
		if (go.path("eof").asBoolean(false) && !ours.ended() && ours.error() == null) {
			differences.add("the caller saw no end of the stream");
		}
		return differences;
	}

	private static List<String> messages(JsonNode go) {
		List<String> messages = new ArrayList<>();
		if (go.has("msgs")) {
			go.path("msgs").forEach((message) -> messages.add(message.asString("")));
		}
		else if (go.path("error").asString("").isEmpty()) {
			messages.add(go.path("msg").asString(""));
		}
		return messages;
	}

	/**
	 * What a client says itself is in its own words, so only id and code are compared.
	 */
	private static boolean sameError(String error, @Nullable MicroException ours) {
		if (error.isEmpty() || ours == null) {
			return error.isEmpty() && ours == null;
		}
		Matcher status = OF_GRPC.matcher(error);
		boolean ofGrpc = status.matches();
		String text = ofGrpc ? status.group(1) : error;
		MicroException go = MicroException.parse(text);
		if (go.id().equals("go.micro.client")) {
			// Only the newest go-micro tells UNIMPLEMENTED from other plain errors.
			return ours.id().equals(go.id()) && (ours.code() == go.code() || ours.code() == 501 && go.code() == 500);
		}
		return (ofGrpc && go.isPlain()) ? ours.detail().equals(text) : Replies.sameError(text, ours.toText());
	}

}

package io.microspring.test.recording;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import com.google.protobuf.CodedInputStream;
import io.microspring.message.Metadata;
import io.microspring.registry.Node;

/**
 * mucp over the grpc transport: a stream is a connection, and a message of it,
 * {@code Message{map<string,string> header = 1; bytes body = 2}}, one of mucp.
 */
final class GrpcTransportCalls implements Grpc.Dialect {

	@Override
	public boolean awaitsEnds() {
		return false;
	}

	@Override
	public List<String> replyDifferences(Http2Stream go, Http2Stream ours, boolean givenUp) {
		List<String> differences = new ArrayList<>();
		GrpcStatus status = GrpcStatus.of(ours.all());
		if (!go.messages().isEmpty() && !Objects.equals(go.all().get(":status"), ours.all().get(":status"))) {
			differences.add(":status is " + ours.all().get(":status") + " for " + go.all().get(":status"));
		}
		if (!GrpcStatus.of(go.all()).code().equals(status.code()) && status.isError() && !status.code().isEmpty()) {
			differences.add("grpc-status is " + status.code() + " (" + status.message() + ")");
		}
		List<HttpMessage> expected = messages(go);
		List<HttpMessage> actual = messages(ours);
		if (expected.size() != actual.size()) {
			differences.add(actual.size() + " replies for " + expected.size());
		}
		for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
			String which = (expected.size() > 1) ? "reply " + (i + 1) + ": " : "";
			HttpMessage reply = expected.get(i);
			Replies.differences(reply.headers().get("Micro-Id"), reply, actual.get(i))
				.forEach((difference) -> differences.add(which + difference));
		}
		return differences;
	}

	@Override
	public List<String> requestDifferences(Http2Stream go, Http2Stream ours) {
		List<String> differences = new ArrayList<>();
		if (!go.path().equals(ours.path())) {
			differences.add("path is " + ours.path() + " for " + go.path());
		}
		List<HttpMessage> expected = messages(go);
		List<HttpMessage> actual = messages(ours);
		// Either client may hang up, which ends the stream too, before it has said so.
		List<HttpMessage> longer = (actual.size() > expected.size()) ? actual : expected;
		boolean ends = Math.abs(actual.size() - expected.size()) == 1
				&& "EOS".equals(longer.get(longer.size() - 1).headers().get("Micro-Error"));
		if (expected.size() != actual.size() && !ends) {
			differences.add(actual.size() + " messages for " + expected.size());
		}
		for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
			String which = (expected.size() > 1) ? "message " + (i + 1) + ": " : "";
			Requests.differences(expected.get(i), actual.get(i), i == 0)
				.forEach((difference) -> differences.add(which + difference));
		}
		return differences;
	}

	@Override
	public Node node(Http2GoServer server) {
		return server.node("mucp", "grpc");
	}

	@Override
	public List<GoCall> calls(Recording recording, List<Http2Stream> requests) {
		boolean answered = recording.results()
			.stream()
			.noneMatch((result) -> result.path("elapsed_ms").asInt(0) >= GoCall.VAIN_AFTER);
		List<List<HttpMessage>> dialogues = new ArrayList<>();
		for (Http2Stream request : requests) {
			List<HttpMessage> messages = messages(request);
			if (messages.get(0).headers().get("Micro-Stream") != null) {
				dialogues.add(messages);
			}
			else {
				messages.forEach((message) -> dialogues.add(List.of(message)));
			}
		}
		List<GoCall> calls = new ArrayList<>();
		for (int i = 0; i < recording.results().size(); i++) {
			calls
				.add(GoCall.of(recording.results().get(i), dialogues.get(Math.min(i, dialogues.size() - 1)), answered));
		}
		return calls;
	}

	private static List<HttpMessage> messages(Http2Stream stream) {
		return stream.messages().stream().map(GrpcTransportCalls::message).toList();
	}

	private static HttpMessage message(byte[] bytes) {
		Metadata.Builder headers = Metadata.builder();
		byte[] body = new byte[0];
		try {
			CodedInputStream in = CodedInputStream.newInstance(bytes);
			for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
				if (tag == (1 << 3 | 2)) {
					entry(in.readBytes().newCodedInput(), headers);
				}
				else if (tag == (2 << 3 | 2)) {
					body = in.readByteArray();
				}
				else {
					in.skipField(tag);
				}
			}
		}
		catch (IOException ex) {
			return new HttpMessage("undecodable", Metadata.empty(), bytes);
		}
		return new HttpMessage("", headers.build(), body);
	}

	private static void entry(CodedInputStream in, Metadata.Builder headers) throws IOException {
		String name = "";
		String value = "";
		for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
			if (tag == (1 << 3 | 2)) {
				name = in.readString();
			}
			else if (tag == (2 << 3 | 2)) {
				value = in.readString();
			}
			else {
				in.skipField(tag);
			}
		}
		headers.set(name, value);
	}

}

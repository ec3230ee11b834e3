package io.microspring.test.recording;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.microspring.registry.Node;

/**
 * The calls behind go-micro's command line: mucp in v1, gRPC in v2. Of
 * {@code micro stats} not the numbers are compared, but that there are such.
 */
final class MicroCli implements Family {

	/** What may be nothing, and so be left out: uptime, pauses, requests, errors. */
	private static final Set<Integer> MAY_BE_ZERO = Set.of(3, 6, 7, 8);

	private static final Family MUCP = new MucpHttp();

	private static final Family GRPC = new Grpc("grpc", new GrpcCalls(true));

	private static final Family STATS_OVER_GRPC = new Grpc("grpc", new Stats(new GrpcCalls(true)));

	@Override
	public String name() {
		return "micro-cli";
	}

	@Override
	public Finding asServer(Recording recording, String target) {
		if (!recording.hasBytesOfClient()) {
			return Finding.notPlayed("the command called no service");
		}
		boolean stats = recording.name().equals("stats");
		if (isHttp2(recording)) {
			return (stats ? STATS_OVER_GRPC : GRPC).asServer(recording, target);
		}
		return stats ? stats(recording, target) : MUCP.asServer(recording, target);
	}

	@Override
	public Finding asClient(Recording recording, Caller caller) {
		return Finding.notPlayed("what a command prints is not the client's affair");
	}

	private static boolean isHttp2(Recording recording) {
		return recording.connections()
			.stream()
			.flatMap(List::stream)
			.filter(Recording.Event::fromClient)
			.anyMatch((event) -> new String(event.bytes(), StandardCharsets.ISO_8859_1).startsWith("PRI "));
	}

	private static Finding stats(Recording recording, String target) {
		Script script = Script.of(recording.connections().get(0));
		HttpMessage go = script.replies().get(0);
		try (Socket socket = new GoClient(target).connect()) {
			socket.setSoTimeout((int) Duration.ofSeconds(5).toMillis());
			for (Script.Turn turn : script.turns()) {
				if (turn.fromClient()) {
					socket.getOutputStream().write(turn.bytes());
				}
			}
			HttpMessage ours = HttpMessage.read(new BufferedInputStream(socket.getInputStream()));
			if (ours == null) {
				return Finding.of(List.of("no reply"));
			}
			String id = script.requests().get(0).headers().get("Micro-Id");
			return Finding
				.of(Replies.differences(id, new HttpMessage(go.startLine(), go.headers(), shape(go.body(), go.body())),
						new HttpMessage(ours.startLine(), ours.headers(), shape(ours.body(), go.body()))));
		}
		catch (IOException ex) {
			return Finding.of(List.of(ex.toString()));
		}
	}

	/**
	 * Statistics without their numbers.
	 * @param body the statistics
	 * @param go Go's, whose fields are looked for; it does not read others
	 * @return a one for each field
	 */
	private static byte[] shape(byte[] body, byte[] go) {
		UnknownFieldSet fields;
		UnknownFieldSet wanted;
		try {
			fields = UnknownFieldSet.parseFrom(body);
			wanted = UnknownFieldSet.parseFrom(go);
		}
		catch (InvalidProtocolBufferException ex) {
			return body;
		}
		UnknownFieldSet.Field one = UnknownFieldSet.Field.newBuilder().addVarint(1).build();
		UnknownFieldSet.Builder shape = UnknownFieldSet.newBuilder();
		for (int number : wanted.asMap().keySet()) {
			boolean is = fields.getField(number).getVarintList().size() == 1;
			if (is || !fields.hasField(number) && MAY_BE_ZERO.contains(number)) {
				shape.addField(number, one);
			}
		}
		return shape.build().toByteArray();
	}

	/**
	 * Statistics over gRPC.
	 *
	 * @param calls how all else is compared
	 */
	private record Stats(Grpc.Dialect calls) implements Grpc.Dialect {

		@Override
		public List<String> replyDifferences(Http2Stream go, Http2Stream ours, boolean givenUp) {
			return this.calls.replyDifferences(shaped(go, go), shaped(ours, go), givenUp);
		}

		@Override
		public List<String> requestDifferences(Http2Stream go, Http2Stream ours) {
			return this.calls.requestDifferences(go, ours);
		}

		@Override
		public List<GoCall> calls(Recording recording, List<Http2Stream> requests) {
			return this.calls.calls(recording, requests);
		}

		@Override
		public Node node(Http2GoServer server) {
			return this.calls.node(server);
		}

		private static Http2Stream shaped(Http2Stream stream, Http2Stream go) {
			if (stream.messages().size() != 1 || go.messages().size() != 1) {
				return stream;
			}
			byte[] shape = shape(stream.messages().get(0), go.messages().get(0));
			Http2Stream shaped = new Http2Stream();
			shaped.add(stream.headers());
			shaped.add(ByteBuffer.allocate(5 + shape.length).put((byte) 0).putInt(shape.length).put(shape).array());
			shaped.add(stream.trailers());
			shaped.endWithHeaders();
			return shaped;
		}

	}

}

package io.microspring.transport;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;

import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.RawHttp2.Frame;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Peers of HTTP/2 that break the rules, want too much or never finish.
 */
class Http2LimitsTest {

	private static final int MAX = 1000;

	private static final int PROTOCOL_ERROR = 1;

	private static final int FRAME_SIZE_ERROR = 6;

	private static final int ENHANCE_YOUR_CALM = 11;

	private RecordingServer server = open(RecordingServer.options());

	private static RecordingServer open(HttpOptions options) {
		return new RecordingServer(options.withMaxMessageSize(MAX).withMaxHeaderSize(4000))
			.answering(Http2ServerSideTest::echo);
	}

	@AfterEach
	void close() {
		this.server.close();
	}

	private RecordingServer reopened(HttpOptions options) {
		this.server.close();
		this.server = open(options);
		return this.server;
	}

	// what a call may not say

	@Test
	void unknownEncodingIsUnimplementedAndTheKnownAreListed() throws Exception {
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.call(1, "grpc-encoding", "snappy");
			assertThat(client.nextHeaders()).containsEntry("grpc-status", "12")
				.containsEntry("grpc-accept-encoding", "identity,gzip")
				.hasEntrySatisfying("grpc-message", (text) -> assertThat(text).contains("snappy"));
			assertThat(this.server.accepted).isEmpty();
		}
	}

	@Test
	void compressedMessageWithoutAnEncodingIsInternal() throws Exception {
		assertThat(failure(RawHttp2.message(1, new byte[10]))).containsEntry("grpc-status", "13")
			.hasEntrySatisfying("grpc-message", (text) -> assertThat(text).contains("compressed"));
	}

	@Test
	void unknownFlagOfAMessageIsInternal() throws Exception {
		assertThat(failure(RawHttp2.message(7, new byte[10]))).containsEntry("grpc-status", "13");
	}

	@Test
	void damagedCompressionIsInternal() throws Exception {
		byte[] damaged = Gzip.deflate(new byte[100]);
		Arrays.fill(damaged, 10, damaged.length, (byte) 0x55);
		assertThat(failure(RawHttp2.message(1, damaged), "grpc-encoding", "gzip")).containsEntry("grpc-status", "13");
	}

	@Test
	void callThatEndsWithinAMessageIsInternal() throws Exception {
		byte[] half = Arrays.copyOf(RawHttp2.message("hello"), 7);
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.call(1).data(1, true, half);
			assertThat(trailers(client, client.next())).containsEntry("grpc-status", "13");
		}
		RecordingServer.take(this.server.closed);
	}

	private Map<String, String> failure(byte[] data, String... headers) throws Exception {
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.call(1, headers).data(1, false, data);
			Map<String, String> trailers = trailers(client, client.next());
			assertThat(client.next().type()).isEqualTo(RawHttp2.RST_STREAM);
			client.call(3).data(3, true, RawHttp2.message("still there"));
			assertThat(client.nextHeaders()).containsEntry(":status", "200");
			return trailers;
		}
	}

	/** What ends a call, behind its opening or without. */
	private static Map<String, String> trailers(RawHttp2 client, Frame frame) throws Exception {
		Map<String, String> headers = client.headers(frame);
		return frame.ends() ? headers : trailers(client, client.next());
	}

	@Test
	void messageOverTheLimitIsRefusedByItsLengthAlone() throws Exception {
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			byte[] prefix = Arrays.copyOf(RawHttp2.message(0, new byte[MAX + 1]), 5);
			client.call(1).data(1, false, prefix);
			assertThat(RecordingServer.take(this.server.refused).code()).isEqualTo(413);
		}
	}

	@Test
	void decompressionStopsAtTheLimit() throws Exception {
		byte[] bomb = Gzip.deflate(new byte[500_000]);
		assertThat(bomb.length).isLessThan(MAX);
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.call(1, "grpc-encoding", "gzip").data(1, false, RawHttp2.message(1, bomb));
			assertThat(RecordingServer.take(this.server.refused).code()).isEqualTo(413);
		}
	}

	// what a peer may not do

	@Test
	void decompressedMessagesThatAreBeingHandledAreBounded() throws Exception {
		int size = 1024 * 1024;
		int most = 32;
		byte[] message = RawHttp2.message(1, Gzip.deflate(new byte[size]));
		try (RecordingServer idle = new RecordingServer(RecordingServer.options().withMaxMessageSize(size));
				RawHttp2 client = RawHttp2.to(idle.address())) {
			idle.answering((socket, received) -> {
			});
			int last = 2 * most + 1;
			for (int stream = 1; stream <= last; stream += 2) {
				client.call(stream, "grpc-encoding", "gzip").data(stream, true, message);
			}
			Frame refusal = client.next();
			assertThat(refusal.stream()).isEqualTo(last);
			assertThat(trailers(client, refusal)).containsEntry("grpc-status", "8");

			client.frame(RawHttp2.RST_STREAM, 0, 1, RawHttp2.number(8));
			idle.answering(Http2ServerSideTest::echo);
			client.call(last + 2, "grpc-encoding", "gzip").data(last + 2, true, message);
			Frame answer = client.next();
			assertThat(answer.stream()).isEqualTo(last + 2);
			assertThat(client.headers(answer)).containsEntry(":status", "200");
		}
	}

	@Test
	void tooManyHeadersAreRefused() throws Exception {
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.request(1, true, "POST", "/", "x-large", "x".repeat(4300));
			assertThat(client.nextHeaders()).containsEntry(":status", "431");
			assertThat(this.server.accepted).isEmpty();
		}
	}

	/** One kilobyte in the table of HPACK, and thousands of references to it. */
	@Test
	void headersThatGrowBehindTheirCompressionAreRefused() throws Exception {
		ByteArrayOutputStream block = new ByteArrayOutputStream();
		block.writeBytes(RawHttp2.block(":method", "POST", ":scheme", "http", ":path", "/"));
		byte[] literal = RawHttp2.block("x-bomb", "x".repeat(1000));
		literal[0] = 0x40;
		block.writeBytes(literal);
		for (int i = 0; i < 10_000; i++) {
			block.write(0x80 | 62);
		}
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS | RawHttp2.END_STREAM, 1, block.toByteArray());
			Frame refusal = client.next();
			assertThat(refusal.type()).isIn(RawHttp2.HEADERS, RawHttp2.GOAWAY);
			assertThat(this.server.accepted).isEmpty();
		}
	}

	@Test
	void headersWithoutEndAreCutOff() throws Exception {
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.frame(RawHttp2.HEADERS, 0, 1, RawHttp2.block(":method", "POST", ":scheme", "http", ":path", "/"));
			byte[] more = RawHttp2.frameBytes(RawHttp2.CONTINUATION, 0, 1, RawHttp2.block("x", "y"));
			ByteArrayOutputStream flood = new ByteArrayOutputStream();
			for (int i = 0; i < 1000; i++) {
				flood.writeBytes(more);
			}
			client.write(flood.toByteArray());
			Frame away = client.next(RawHttp2.GOAWAY);
			assertThat(away.number(4)).isEqualTo(ENHANCE_YOUR_CALM);
			assertThat(client.isAtEnd()).isTrue();
		}
	}

	@Test
	void rapidResetsEndTheConnection() throws Exception {
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			ByteArrayOutputStream flood = new ByteArrayOutputStream();
			byte[] head = RawHttp2.block(":method", "POST", ":scheme", "http", ":path", "/");
			for (int i = 0; i <= Http2SessionBuilder.MAX_RESETS; i++) {
				flood.writeBytes(RawHttp2.frameBytes(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 2 * i + 1, head));
				flood.writeBytes(RawHttp2.frameBytes(RawHttp2.RST_STREAM, 0, 2 * i + 1, RawHttp2.number(8)));
			}
			client.write(flood.toByteArray());
			assertThat(client.next(RawHttp2.GOAWAY).number(4)).isEqualTo(ENHANCE_YOUR_CALM);
			assertThat(client.isAtEnd()).isTrue();
		}
	}

	@Test
	void noMoreStreamsAreTakenThanWereOffered() throws Exception {
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.frame(RawHttp2.SETTINGS, RawHttp2.ACK, 0, new byte[0]);
			for (int i = 0; i <= Http2SessionBuilder.MAX_STREAMS; i++) {
				client.request(2 * i + 1, false, "POST", "/");
			}
			Frame refused = client.next();
			assertThat(refused.type()).isEqualTo(RawHttp2.RST_STREAM);
			assertThat(refused.stream()).isEqualTo(2 * Http2SessionBuilder.MAX_STREAMS + 1);
			assertThat(refused.code()).as("REFUSED_STREAM").isEqualTo(7);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "X-Upper", "connection", "transfer-encoding", ":protocol", "bad name", "" })
	void malformedRequestIsResetAndTheNextIsServed(String header) throws Exception {
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.request(1, true, "POST", "/", header, "value");
			Frame reset = client.next();
			assertThat(reset.type()).isEqualTo(RawHttp2.RST_STREAM);
			assertThat(reset.code()).isEqualTo(PROTOCOL_ERROR);
			client.call(3).data(3, true, RawHttp2.message("fine"));
			assertThat(client.nextHeaders()).containsEntry(":status", "200");
		}
	}

	@Test
	void lineBreakInAHeaderIsMalformed() throws Exception {
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.request(1, true, "POST", "/", "x-text", "a\r\nb: c");
			assertThat(client.next().code()).isEqualTo(PROTOCOL_ERROR);
			assertThat(this.server.accepted).isEmpty();
		}
	}

	@Test
	void frameOverItsSizeEndsTheConnectionAndSaysWhy() throws Exception {
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.data(1, false, new byte[100_000]);
			Frame away = client.next(RawHttp2.GOAWAY);
			assertThat(away.number(4)).isEqualTo(FRAME_SIZE_ERROR);
			assertThat(away.text()).contains("100000").doesNotContain("io.netty", "\tat ");
			assertThat(client.isAtEnd()).isTrue();
		}
	}

	@Test
	void prefaceThatIsNoneEndsTheConnection() throws Exception {
		try (RawHttp2 client = RawHttp2.silent(this.server.address())) {
			client.write(RawHttp2.PREFACE).data(1, false, new byte[10]);
			assertThat(client.next().type()).isEqualTo(RawHttp2.GOAWAY);
			assertThat(client.isAtEnd()).isTrue();
		}
	}

	// who never finishes

	@Test
	void messageThatIsNeverFinishedEndsItsCallOnly() throws Exception {
		reopened(RecordingServer.impatient());
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.call(1).data(1, false, Arrays.copyOf(RawHttp2.message("hello"), 7));
			client.request(3, false, "POST", "/").data(3, false, new byte[7]);
			assertThat(client.nextHeaders()).containsEntry(":status", "200");
			Frame one = client.next(RawHttp2.HEADERS);
			Map<String, String> first = client.headers(one);
			Frame two = client.next(RawHttp2.HEADERS);
			Map<String, String> second = client.headers(two);
			Map<String, String> trailers = (one.stream() == 1) ? first : second;
			assertThat(trailers).containsEntry("grpc-status", "4");
			assertThat((one.stream() == 1) ? second : first).containsEntry(":status", "408");
			client.call(5).data(5, true, RawHttp2.message("fine"));
			assertThat(client.nextBut(RawHttp2.RST_STREAM, RawHttp2.DATA).stream()).isEqualTo(5);
		}
	}

	@Test
	void frameThatIsNeverFinishedEndsTheConnection() throws Exception {
		reopened(RecordingServer.impatient());
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.write(new byte[] { 0, 0, 10, 0, 0, 0, 0, 0, 1, 42 });
			assertThat(client.next(RawHttp2.GOAWAY).text()).contains("did not come");
			assertThat(client.isAtEnd()).isTrue();
		}
	}

	@Test
	void whoSaysNothingBehindThePrefaceIsCutOff() throws Exception {
		reopened(RecordingServer.impatient());
		try (RawHttp2 client = RawHttp2.silent(this.server.address())) {
			client.write(RawHttp2.PREFACE);
			assertThat(client.next().type()).isEqualTo(RawHttp2.GOAWAY);
			assertThat(client.isAtEnd()).isTrue();
		}
	}

	@Test
	void idleConnectionIsClosed() throws Exception {
		reopened(RecordingServer.options().withIdleTimeout(Duration.ofMillis(300)));
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.call(1).data(1, true, RawHttp2.message("hello"));
			Frame away = client.next(RawHttp2.GOAWAY);
			assertThat(away.number(4)).as("NO_ERROR").isZero();
		}
	}

	@Test
	void silentCallerIsAskedWhetherItIsThere() throws Exception {
		reopened(RecordingServer.options()
			.withIdleTimeout(Duration.ofMillis(300))
			.withReadTimeout(Duration.ofSeconds(3)));
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.call(1);
			Frame ping = client.next(RawHttp2.PING);
			client.frame(RawHttp2.PING, RawHttp2.ACK, 0, ping.payload());
			assertThat(client.next(RawHttp2.PING).flags()).isZero();
			assertThat(client.next(RawHttp2.GOAWAY).text()).contains("no answer to a PING");
			assertThat(client.isAtEnd()).isTrue();
		}
		RecordingServer.take(this.server.closed);
	}

	@Test
	void silentCallerWhoAnswersIsAskedOnceEachTime() throws Exception {
		Duration idle = Duration.ofMillis(300);
		reopened(RecordingServer.options().withIdleTimeout(idle).withReadTimeout(Duration.ofSeconds(20)));
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.call(1);
			long answered = System.nanoTime() - idle.toNanos();
			for (int i = 0; i < 8; i++) {
				Frame ping = client.next(RawHttp2.PING);
				assertThat(System.nanoTime() - answered).as("since the last answer").isGreaterThan(idle.toNanos() / 2);
				answered = System.nanoTime();
				client.frame(RawHttp2.PING, RawHttp2.ACK, 0, ping.payload());
			}
			assertIsServed(client.data(1, true, RawHttp2.message("still here")));
		}
	}

	@Test
	void framesOfCallsThatAreOverAreNoPartOfAFrame() throws Exception {
		reopened(RecordingServer.options().withReadTimeout(Duration.ofMillis(300)));
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.call(1).call(3);
			client.frame(RawHttp2.RST_STREAM, 0, 3, RawHttp2.number(8));
			client.frame(RawHttp2.PING, 0, 0, new byte[8]);
			assertThat(client.next(RawHttp2.PING).flags()).isEqualTo(RawHttp2.ACK);
			client.frame(RawHttp2.RST_STREAM, 0, 3, RawHttp2.number(8));
			Frame ping = client.next(RawHttp2.PING);
			assertThat(ping.flags()).isZero();
			client.frame(RawHttp2.PING, RawHttp2.ACK, 0, ping.payload());
			assertIsServed(client.data(1, true, RawHttp2.message("still here")));
		}
	}

	private static void assertIsServed(RawHttp2 client) throws IOException {
		Frame frame = client.next();
		while (!frame.ends()) {
			assertThat(frame.type()).isNotEqualTo(RawHttp2.GOAWAY);
			frame = client.next();
		}
		assertThat(frame.type()).isEqualTo(RawHttp2.HEADERS);
	}

	@Test
	void callerThatTakesNothingLosesItsCall() throws Exception {
		reopened(RecordingServer.options().withIdleTimeout(Duration.ofMillis(300)));
		this.server.answering((socket, message) -> {
			if (message.headers().contains(Headers.CALL_PROTOCOL)) {
				for (int i = 0; i < 100; i++) {
					socket.send(new Message(Metadata.empty(), new byte[MAX]));
				}
			}
		});
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.settings(4, 0);
			client.next(RawHttp2.SETTINGS);
			client.call(1);
			Frame frame = client.read();
			while (frame.type() != RawHttp2.RST_STREAM) {
				if (frame.type() == RawHttp2.PING) {
					client.frame(RawHttp2.PING, RawHttp2.ACK, 0, frame.payload());
				}
				assertThat(frame.type()).isNotEqualTo(RawHttp2.GOAWAY);
				frame = client.read();
			}
			assertThat(frame.stream()).isEqualTo(1);
		}
	}

	// how it ends

	@Test
	void closedListenerLetsCallsEndAndThenCloses() throws Exception {
		try (RawHttp2 client = RawHttp2.to(this.server.address())) {
			client.call(1).data(1, false, RawHttp2.message("before"));
			assertThat(client.nextHeaders()).containsEntry(":status", "200");
			this.server.stopListening();
			Frame first = client.next(RawHttp2.GOAWAY);
			assertThat(first.number(0)).isEqualTo(Integer.MAX_VALUE);
			Frame ping = client.next(RawHttp2.PING);
			// on its way before the client heard
			client.call(3).data(3, true, RawHttp2.message("late"));
			client.frame(RawHttp2.PING, RawHttp2.ACK, 0, ping.payload());
			Frame second = client.next(RawHttp2.GOAWAY);
			assertThat(second.number(0)).isEqualTo(3);
			client.data(1, true, RawHttp2.message("after"));
			Frame frame = client.next();
			while (!(frame.stream() == 1 && frame.ends())) {
				frame = client.next();
			}
			assertThat(client.isAtEnd()).isTrue();
		}
	}

}

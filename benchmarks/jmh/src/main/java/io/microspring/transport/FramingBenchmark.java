package io.microspring.transport;

import java.util.concurrent.TimeUnit;

import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A request of mucp written as HTTP/1.1, and read: its framing and its headers. Each time
 * has an id and a time-out of its own, as on a connection, where the rest stays the same.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FramingBenchmark {

	private static final int MESSAGES = 256;

	/** How many bytes the body has. */
	@Param({ "100", "1024", "65536" })
	public int size;

	private final HttpEncoder encoder = HttpEncoder.client("127.0.0.1:9090");

	private final HttpScanner scanner = new HttpScanner(HttpOptions.defaults(), true);

	private final Message[] messages = new Message[MESSAGES];

	private final ByteBuf[] written = new ByteBuf[MESSAGES];

	private final ByteBuf out = Unpooled.directBuffer(1 << 17);

	private int turn;

	/** Writes all messages once. */
	@Setup
	public void open() {
		byte[] body = new byte[this.size];
		for (int i = 0; i < MESSAGES; i++) {
			this.messages[i] = new Message(Metadata.of(Headers.CONTENT_TYPE, "application/protobuf", Headers.ACCEPT,
					"application/protobuf", Headers.ID, String.valueOf(10_000 + i), Headers.SERVICE, "echo",
					Headers.METHOD, "Echoer.Call", Headers.ENDPOINT, "Echoer.Call", Headers.TIMEOUT,
					String.valueOf(4_999_000_000L + i * 1234L)), body);
			this.written[i] = Unpooled.directBuffer();
			this.encoder.encode(this.messages[i], this.written[i]);
		}
	}

	/**
	 * Writes a request.
	 * @return the buffer
	 */
	@Benchmark
	public ByteBuf write() {
		this.encoder.encode(this.messages[this.turn++ & (MESSAGES - 1)], this.out.clear());
		return this.out;
	}

	/**
	 * Reads a request.
	 * @return the message
	 */
	@Benchmark
	public Message read() {
		Message message = this.scanner.next(this.written[this.turn++ & (MESSAGES - 1)].readerIndex(0));
		if (message == null) {
			throw new IllegalStateException("Not read");
		}
		return message;
	}

}

package io.microspring.benchmarks.jmh;

import java.util.concurrent.TimeUnit;

import io.microspring.benchmarks.proto.Echo;
import io.microspring.codec.Codec;
import io.microspring.message.Message;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * One message encoded, and decoded, by each codec; beside it protobuf by itself.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CodecBenchmark {

	/** The codec. */
	@Param({ "proto", "json", "json-rpc", "proto-rpc", "grpc" })
	public String codec;

	/** How many characters the message has. */
	@Param({ "100", "1024", "65536" })
	public int size;

	private final Codec.Header header = new Codec.Header(Codec.Kind.REQUEST, "1", "echo", "Echoer.Call", null);

	private Codec tested;

	private Echo echo;

	private Message encoded;

	private byte[] plain;

	/** Encodes a first message. */
	@Setup
	public void open() {
		this.tested = switch (this.codec) {
			case "proto" -> Codec.proto();
			case "json" -> Codec.json();
			case "json-rpc" -> Codec.jsonRpc();
			case "proto-rpc" -> Codec.protoRpc();
			default -> Codec.grpc();
		};
		this.echo = Echo.newBuilder().setText("x".repeat(this.size)).build();
		this.encoded = this.tested.write(this.header, this.echo);
		this.plain = this.echo.toByteArray();
	}

	/**
	 * Encodes.
	 * @return the message
	 */
	@Benchmark
	public Message encode() {
		return this.tested.write(this.header, this.echo);
	}

	/**
	 * Decodes.
	 * @return the object
	 */
	@Benchmark
	public @Nullable Object decode() {
		return this.tested.read(Codec.Kind.REQUEST, this.encoded).body(Echo.class);
	}

	/**
	 * The limit: protobuf's own encoding.
	 * @return the bytes
	 */
	@Benchmark
	public byte[] protobufEncode() {
		return this.echo.toByteArray();
	}

	/**
	 * The limit: protobuf's own decoding.
	 * @return the object
	 * @throws com.google.protobuf.InvalidProtocolBufferException never
	 */
	@Benchmark
	public Echo protobufDecode() throws com.google.protobuf.InvalidProtocolBufferException {
		return Echo.parseFrom(this.plain);
	}

}

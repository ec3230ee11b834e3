package io.microspring.test;

import java.lang.reflect.Type;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

import io.microspring.codec.Codec;
import io.microspring.codec.Codec.Header;
import io.microspring.codec.Codec.Kind;
import io.microspring.codec.Codecs;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class GrpcCodecTest extends CodecContract {

	private static final io.microspring.test.sample.Sample BOB = io.microspring.test.sample.Sample.newBuilder()
		.setFullName("bob")
		.build();

	@Override
	protected Codec codec() {
		return Codec.grpc();
	}

	@Override
	protected List<Sample> samples() {
		return List.of(Sample.of(BOB), Sample.of(io.microspring.test.sample.Sample.getDefaultInstance()));
	}

	@Override
	protected Generated generated() {
		return Generated.MESSAGES;
	}

	@Override
	protected Sample large(int size) {
		return Sample.of(BOB.toBuilder().setFullName("x".repeat(size)).build());
	}

	@Override
	protected @Nullable Object empty(Type type) {
		return io.microspring.test.sample.Sample.getDefaultInstance();
	}

	@Override
	protected Object foreign() {
		return new Object();
	}

	@Override
	protected List<Encoded> garbage() {
		return Stream
			.of("00", "00000000", "0000000006 0a03626f62", "0000000004 0a03626f62", "00ffffffff 0a03626f62",
					"0100000005 0a03626f62", "0000000002 ffff")
			.map((frame) -> new Encoded(hex(frame), BOB.getClass()))
			.toList();
	}

	@Override
	protected Encoded bomb() {
		byte[] body = new byte[1 << 20];
		java.util.Arrays.fill(body, (byte) 0x0b);
		java.nio.ByteBuffer.wrap(body).put((byte) 0).putInt(body.length - 5);
		return new Encoded(body, BOB.getClass());
	}

	@Test
	void frameAndOutcomeAreThoseThatWereRecorded() {
		Message request = codec().write(Header.of(Kind.REQUEST), BOB);
		Message response = codec().write(Header.of(Kind.RESPONSE), BOB);

		assertThat(request.body()).isEqualTo(response.body()).isEqualTo(hex("0000000005 0a03626f62"));
		assertThat(request.headers()).isEqualTo(Metadata.empty());
		assertThat(response.headers()).isEqualTo(Metadata.of("Grpc-Status", "0"));
		assertThat(codec().write(new Header(Kind.ERROR, "", "", "", "plain error"), null))
			.isEqualTo(Message.of(Metadata.of("Grpc-Status", "13", "Grpc-Message", "plain error")));
		assertThat(codec().write(new Header(Kind.ERROR, "", "", "", "EOS"), null))
			.isEqualTo(Message.of(Metadata.of("Grpc-Status", "0")));
	}

	@Test
	void outcomeIsReadFromTheHeaders() {
		assertThat(error(Metadata.of("grpc-status", "0"))).isNull();
		assertThat(error(Metadata.of("grpc-status", "13", "grpc-message", "boom"))).isEqualTo("boom");
		assertThat(error(Metadata.of("grpc-status", "12"))).isEqualTo("grpc status 12");
		assertThat(codec().read(Kind.REQUEST, Message.of(Metadata.of("Grpc-Status", "13"))).header().error()).isNull();
	}

	@Test
	void eventIsBareWhateverItsContentTypeSays() {
		byte[] event = codec().write(Header.of(Kind.EVENT), BOB).body();

		assertThat(event).isEqualTo(BOB.toByteArray());
		assertThat(codec().read(Kind.EVENT, new Message(Metadata.empty(), event)).body(BOB.getClass())).isEqualTo(BOB);
	}

	@Test
	void contentTypeSaysWhatIsInTheFrame() {
		Codec json = Codecs.defaults().find("application/grpc+json");
		Codec proto = Codecs.defaults().find("application/grpc+proto");

		assertThat(json).isNotNull();
		assertThat(proto).isNotNull().isSameAs(codec());
		assertThat(json.write(Header.of(Kind.REQUEST), BOB).body())
			.isEqualTo(hex("0000000013 7b2266756c6c4e616d65223a22626f62227d0a"));
	}

	private @Nullable String error(Metadata headers) {
		return codec().read(Kind.RESPONSE, Message.of(headers)).header().error();
	}

	private static byte[] hex(String hex) {
		return HexFormat.of().parseHex(hex.replace(" ", ""));
	}

}

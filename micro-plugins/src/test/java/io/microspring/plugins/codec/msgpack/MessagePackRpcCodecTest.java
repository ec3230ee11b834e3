package io.microspring.plugins.codec.msgpack;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.google.protobuf.StringValue;
import io.microspring.codec.Codec;
import io.microspring.codec.Codec.Header;
import io.microspring.codec.Codec.Kind;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.test.CodecContract;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MessagePackRpcCodecTest extends CodecContract {

	private static final Map<String, String> BOB = Map.of("name", "bob");

	@Override
	protected Codec codec() {
		return MessagePackCodec.rpc();
	}

	@Override
	protected List<Sample> samples() {
		return List.of(new Sample(BOB, Map.class), Sample.of("text"), Sample.of(42), Sample.of(StringValue.of("bob")));
	}

	@Override
	protected Generated generated() {
		return Generated.OBJECTS;
	}

	@Override
	protected Sample large(int size) {
		return Sample.of("x".repeat(size));
	}

	@Override
	protected @Nullable Object empty(Type type) {
		return (type == StringValue.class) ? StringValue.getDefaultInstance() : null;
	}

	@Override
	protected Object foreign() {
		List<Object> cycle = new ArrayList<>();
		cycle.add(cycle);
		return cycle;
	}

	/** Of other sizes, types and kinds, cut short, and with more bodies than one. */
	@Override
	protected List<Encoded> garbage() {
		return Stream
			.of("c0", "80", "94", "9400", "9400a0a0", "9300a0a090", "9401a0c0c0", "9402a0a090", "9400c0a090",
					"9400a080c0", "9400a0a092c0c0", "9400a0a0ddffffffff", "9400a0a090c0", "9400a0a09180c0",
					"9400dbffffffff", "9400a0a091c1", "9400a0a09181a161")
			.map((hex) -> new Encoded(HexFormat.of().parseHex(hex), Map.class))
			.toList();
	}

	@Override
	protected Encoded bomb() {
		byte[] body = new byte[1 << 20];
		Arrays.fill(body, (byte) 0x91);
		System.arraycopy(HexFormat.of().parseHex("9400a0a0"), 0, body, 0, 4);
		return new Encoded(body, Object.class);
	}

	/** Go writes what a method returns when it returns nothing. */
	@Override
	protected void nullIsWrittenAsAnEmptyBody() {
		assertThat(hex(Header.of(Kind.RESPONSE), null)).isEqualTo("9401a0c0c0");
		assertThat(hex(Header.of(Kind.REQUEST), null)).isEqualTo("9400a0a090");
		for (String body : List.of("9401a0c0c0", "")) {
			assertThat(read(Kind.RESPONSE, body).body(String.class)).isNull();
			assertThat(read(Kind.RESPONSE, body).body(StringValue.class)).isEqualTo(StringValue.getDefaultInstance());
		}
	}

	@Test
	void bytesAreThoseOfGoMicrosPlugin() {
		assertThat(hex(new Header(Kind.REQUEST, "7", "greeter", "Say.Hello", null), BOB))
			.isEqualTo("9400a137a95361792e48656c6c6f9181a46e616d65a3626f62");
		assertThat(hex(new Header(Kind.RESPONSE, "7", "", "", null), BOB)).isEqualTo("9401a137c081a46e616d65a3626f62");
		assertThat(hex(new Header(Kind.ERROR, "7", "", "", "boom"), null)).isEqualTo("9401a137a4626f6f6dc0");
		assertThat(hex(Header.of(Kind.EVENT), BOB)).isEqualTo("9302a09181a46e616d65a3626f62");
	}

	@Test
	void envelopeIsRead() {
		Codec.Incoming request = read(Kind.REQUEST, "9400a137a95361792e48656c6c6f9181a46e616d65a3626f62");
		Codec.Incoming error = read(Kind.RESPONSE, "9401a137a4626f6f6dc0");
		Codec.Incoming event = read(Kind.EVENT, "9302a5746f7069639181a46e616d65a3626f62");

		assertThat(request.header()).isEqualTo(new Header(Kind.REQUEST, "7", "", "Say.Hello", null));
		assertThat(request.body(Map.class)).isEqualTo(BOB);
		assertThat(request.body(Void.class)).isNull();
		assertThat(error.header()).isEqualTo(new Header(Kind.RESPONSE, "7", "", "", "boom"));
		assertThat(error.body(Map.class)).isNull();
		assertThat(event.header().endpoint()).isEqualTo("topic");
		assertThat(event.body(Map.class)).isEqualTo(BOB);
		assertThat(read(Kind.REQUEST, "940007a3412e4290").header().id()).isEqualTo("7");
	}

	private String hex(Header header, @Nullable Object body) {
		return HexFormat.of().formatHex(codec().write(header, body).body());
	}

	private Codec.Incoming read(Kind kind, String hex) {
		return codec().read(kind, new Message(Metadata.empty(), HexFormat.of().parseHex(hex)));
	}

}

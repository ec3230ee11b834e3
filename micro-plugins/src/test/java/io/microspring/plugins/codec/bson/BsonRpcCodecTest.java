package io.microspring.plugins.codec.bson;

import java.lang.reflect.Type;
import java.util.ArrayList;
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

class BsonRpcCodecTest extends CodecContract {

	private static final Map<String, String> BOB = Map.of("name", "bob");

	/** {@code {"name": "bob"}}. */
	private static final String BODY = "13000000026e616d650004000000626f620000";

	/** {@code {ServiceMethod: "Say.Hello", Seq: "7"}}, texts as binary. */
	private static final String REQUEST = "2d000000" + "05536572766963654d6574686f6400" + "0900000000"
			+ "5361792e48656c6c6f" + "0553657100" + "0100000000" + "37" + "00";

	@Override
	protected Codec codec() {
		return BsonCodec.rpc();
	}

	@Override
	protected List<Sample> samples() {
		return List.of(new Sample(BOB, Map.class), Sample.of("text"), Sample.of(42), Sample.of(StringValue.of("bob")),
				new Sample(Map.of(), Map.class));
	}

	@Override
	protected Generated generated() {
		return Generated.OBJECTS;
	}

	@Override
	protected String whyNoNulInNames() {
		return "BSON's names end where they have a zero";
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

	@Override
	protected List<Encoded> garbage() {
		return Stream
			.of("00", "ffffffff00", "ffffff7f00", "0600000000", REQUEST + "00", REQUEST + BODY + "00",
					"0e000000045365710005000000" + "0000", REQUEST + "ffffff7f")
			.map((hex) -> new Encoded(HexFormat.of().parseHex(hex), Map.class))
			.toList();
	}

	@Override
	protected Encoded bomb() {
		byte[] nested = new BsonCodecTest().bomb().body();
		byte[] head = HexFormat.of().parseHex(REQUEST);
		byte[] both = new byte[head.length + nested.length];
		System.arraycopy(head, 0, both, 0, head.length);
		System.arraycopy(nested, 0, both, head.length, nested.length);
		return new Encoded(both, Object.class);
	}

	/** Go writes what a method returns when it returns nothing. */
	@Override
	protected void nullIsWrittenAsAnEmptyBody() {
		byte[] body = codec().write(Header.of(Kind.RESPONSE), null).body();

		assertThat(HexFormat.of().formatHex(body)).endsWith("0c0000000a5f56616c5f0000");
		assertThat(decode(body, String.class)).isNull();
		assertThat(decode(body, StringValue.class)).isEqualTo(StringValue.getDefaultInstance());
		assertThat(decode(HexFormat.of().parseHex(REQUEST), String.class)).isNull();
	}

	@Test
	void bytesAreThoseOfGoMicrosPlugin() {
		assertThat(hex(new Header(Kind.REQUEST, "7", "greeter", "Say.Hello", null), BOB)).isEqualTo(REQUEST + BODY);
		assertThat(hex(new Header(Kind.ERROR, "7", "", "", "boom"), null)).startsWith("34000000")
			.contains("0553657100010000000037", "054572726f72000400000000626f6f6d00");
		assertThat(hex(Header.of(Kind.EVENT), BOB)).isEqualTo(BODY);
	}

	@Test
	void headerIsReadWithTextsOfEitherForm() {
		String texts = "30000000" + "02536572766963654d6574686f6400" + "0a000000" + "5361792e48656c6c6f00"
				+ "0253657100" + "02000000" + "3700" + "0a7800" + "00";
		for (String head : List.of(REQUEST, texts)) {
			Codec.Incoming read = read(Kind.REQUEST, head + BODY);

			assertThat(read.header()).isEqualTo(new Header(Kind.REQUEST, "7", "", "Say.Hello", null));
			assertThat(read.body(Map.class)).isEqualTo(BOB);
			assertThat(read.body(Void.class)).isNull();
		}
		String error = hex(new Header(Kind.ERROR, "7", "", "", "boom"), null);
		assertThat(read(Kind.RESPONSE, error).header()).isEqualTo(new Header(Kind.RESPONSE, "7", "", "", "boom"));
		assertThat(read(Kind.EVENT, BODY).body(Map.class)).isEqualTo(BOB);
	}

	private String hex(Header header, @Nullable Object body) {
		return HexFormat.of().formatHex(codec().write(header, body).body());
	}

	private Codec.Incoming read(Kind kind, String hex) {
		return codec().read(kind, new Message(Metadata.empty(), HexFormat.of().parseHex(hex)));
	}

}

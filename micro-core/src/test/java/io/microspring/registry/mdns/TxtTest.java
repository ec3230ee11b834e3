package io.microspring.registry.mdns;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

import io.microspring.registry.Endpoint;
import io.microspring.registry.Value;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class TxtTest {

	@Test
	void textComesBack() {
		Txt txt = new Txt("greeter", "1.0.0", Map.of("team", "ä"),
				List.of(new Endpoint("Say.Hello", new Value("Request", "Request", List.of()), null, Map.of("a", "b"))),
				Map.of("protocol", "mucp"), "an id", 60);
		assertThat(Txt.decode(txt.encode())).isEqualTo(txt);
	}

	@Test
	void largeTextIsCutIntoStringsOf255Bytes() {
		List<Endpoint> endpoints = IntStream.range(0, 500)
			.mapToObj((i) -> new Endpoint("Say.Hello" + i * 7919, null, null, Map.of()))
			.toList();
		Txt txt = new Txt("greeter", "latest", Map.of(), endpoints, Map.of(), "", 0);
		ByteBuf content = txt.encode();
		assertThat(content.readableBytes()).isGreaterThan(3000);
		assertThat(content.getUnsignedByte(0)).isEqualTo((short) 255);
		assertThat(content.getUnsignedByte(256)).isEqualTo((short) 255);
		assertThat(Txt.decode(content)).isEqualTo(txt);
	}

	@Test
	void keysAreGoMicros() throws IOException {
		assertThat(json(new Txt("greeter", "latest", Map.of(), List.of(), Map.of("a", "b"), "", 0))).isEqualTo(
				"{\"Service\":\"greeter\",\"Version\":\"latest\",\"Endpoints\":null,\"Metadata\":{\"a\":\"b\"}}");
	}

	@Test
	void missingAndNullMeanEmpty() {
		assertThat(Txt.decode(content("{\"Service\":\"greeter\",\"Endpoints\":null}")))
			.isEqualTo(new Txt("greeter", "", Map.of(), List.of(), Map.of(), "", 0));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "00", "zz", "abc", "789c", "789cffffffffff", "ffffffff" })
	void whatIsNoTextIsRefused(String hex) {
		byte[] bytes = hex.getBytes(StandardCharsets.US_ASCII);
		ByteBuf content = Unpooled.buffer().writeByte(bytes.length).writeBytes(bytes);
		assertThatIllegalArgumentException().isThrownBy(() -> Txt.decode(content));
	}

	@Test
	void whatIsNoJsonIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> Txt.decode(content("{\"Service\":")))
			.withMessageContaining("JSON");
	}

	@Test
	void stringThatIsCutOffIsRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> Txt.decode(Unpooled.wrappedBuffer(new byte[] { 9, '7', '8' })));
	}

	@Test
	void textThatInflatesBeyondAllMeasureIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> Txt.decode(content(" ".repeat(2 << 20))))
			.withMessageContaining("1048576");
	}

	private static String json(Txt txt) throws IOException {
		ByteBuf content = txt.encode();
		int length = content.readUnsignedByte();
		byte[] zlib = HexFormat.of().parseHex(content.readCharSequence(length, StandardCharsets.US_ASCII));
		try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(zlib))) {
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	private static ByteBuf content(String json) {
		ByteArrayOutputStream zlib = new ByteArrayOutputStream();
		try (DeflaterOutputStream out = new DeflaterOutputStream(zlib)) {
			out.write(json.getBytes(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		byte[] hex = HexFormat.of().formatHex(zlib.toByteArray()).getBytes(StandardCharsets.US_ASCII);
		ByteBuf content = Unpooled.buffer();
		for (int from = 0; from < hex.length; from += 255) {
			int length = Math.min(255, hex.length - from);
			content.writeByte(length).writeBytes(hex, from, length);
		}
		return content;
	}

}

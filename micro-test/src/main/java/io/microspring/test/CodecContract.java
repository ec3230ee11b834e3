package io.microspring.test;

import java.lang.management.ManagementFactory;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;

import io.microspring.codec.Codec;
import io.microspring.codec.Codec.Header;
import io.microspring.codec.Codec.Kind;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/**
 * What every codec does. A test class of a codec extends this, says what its objects look
 * like, and adds what is special to it.
 */
public abstract class CodecContract {

	/** How long a hostile body may keep a thread busy. */
	private static final Duration SOON = Duration.ofSeconds(10);

	/** A hundred times what the wrong bodies have, and what loading classes takes. */
	private static final long MOST_MEMORY = 64L << 20;

	/**
	 * The codec under test.
	 * @return the codec
	 */
	protected abstract Codec codec();

	/**
	 * Objects that survive a round trip: an ordinary one, one with non-ASCII text, one
	 * nested in another where that can be. They are compared as AssertJ does: by
	 * {@code equals}, arrays by content.
	 * @return the objects, at least one
	 */
	protected abstract List<Sample> samples();

	/**
	 * An object with about so much content.
	 * @param size how many bytes
	 * @return the object
	 */
	protected abstract Sample large(int size);

	/**
	 * What an empty body decodes to.
	 * @param type the type of one of the samples
	 * @return the empty object, or null
	 */
	protected abstract @Nullable Object empty(Type type);

	/**
	 * An object that the codec cannot encode.
	 * @return the object
	 */
	protected abstract Object foreign();

	/**
	 * Bodies that do not decode to their type.
	 * @return the bodies, at least one
	 */
	protected abstract List<Encoded> garbage();

	/**
	 * A body nested so deep that following it would use up the stack, or whatever costs
	 * this codec most.
	 * @return the body, which does not decode to its type
	 */
	protected abstract Encoded bomb();

	/**
	 * What kind of objects to try at random.
	 * @return the kind
	 */
	protected abstract Generated generated();

	/**
	 * Why the format cannot carry a name, of a field or in a map, that has the character
	 * U+0000 in it; then such an object is refused.
	 * @return the reason, empty when it can, by default
	 */
	protected String whyNoNulInNames() {
		return "";
	}

	@Test
	protected void anyObjectComesBack() {
		Fuzz.run((random) -> {
			GeneratedValues values = new GeneratedValues(random, !whyNoNulInNames().isEmpty());
			Sample sample = generated().make(values);
			assertThat(roundTrip(sample)).isEqualTo(sample.object());
		});
	}

	@Test
	protected void randomBytesAreDecodedOrABadRequest() {
		Fuzz.run((random) -> {
			Sample sample = generated().make(new GeneratedValues(random, true));
			byte[] body = GeneratedValues.damaged(encode(sample.object()), random);
			try {
				decode(body, sample.type());
			}
			catch (MicroException ex) {
				isShortAndFromTheCodec(ex);
				assertThat(ex.code()).isEqualTo(400);
			}
		});
	}

	@Test
	protected void nameWithANulSurvivesOrIsRefused() {
		if (generated() != Generated.OBJECTS) {
			return;
		}
		Sample sample = new Sample(Map.of("a\u0000b", 1), Map.class);
		if (whyNoNulInNames().isEmpty()) {
			assertThat(roundTrip(sample)).isEqualTo(sample.object());
		}
		else {
			assertThatExceptionOfType(MicroException.class).as(whyNoNulInNames())
				.isThrownBy(() -> encode(sample.object()))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(500));
		}
	}

	@Test
	protected void objectSurvivesTheRoundTrip() {
		for (Sample sample : samples()) {
			assertThat(roundTrip(sample)).isEqualTo(sample.object());
		}
	}

	@Test
	protected void mebibyteSurvivesTheRoundTrip() {
		Sample sample = large(1 << 20);

		assertThat(roundTrip(sample)).isEqualTo(sample.object());
	}

	@Test
	protected void emptyBodyIsTheEmptyObject() {
		for (Sample sample : samples()) {
			assertThat(decode(new byte[0], sample.type())).isEqualTo(empty(sample.type()));
		}
	}

	@Test
	protected void nullIsWrittenAsAnEmptyBody() {
		assertThat(codec().write(Header.of(Kind.RESPONSE), null).body()).isEmpty();
	}

	@Test
	protected void voidPassesTheBodyOver() {
		byte[] body = encode(samples().get(0).object());

		assertThat(decode(body, Void.class)).isNull();
		assertThat(decode(body, void.class)).isNull();
	}

	@Test
	protected void headerSaysItsKind() {
		for (Kind kind : Kind.values()) {
			Message message = codec().write(Header.of(kind), null);
			assertThat(codec().read(kind, message).header().kind()).isEqualTo(kind);
		}
	}

	@Test
	protected void bodyThatDoesNotDecodeIsABadRequest() {
		assertThat(garbage()).isNotEmpty();
		for (Encoded encoded : garbage()) {
			assertThatExceptionOfType(MicroException.class).isThrownBy(() -> decode(encoded.body(), encoded.type()))
				.satisfies(CodecContract::isShortAndFromTheCodec)
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(400));
		}
	}

	@Test
	protected void lengthsAndCountsThatAreNotTrueCostNoMemory() {
		com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
		for (Encoded encoded : garbage()) {
			long before = threads.getCurrentThreadAllocatedBytes();
			assertThatThrownBy(() -> decode(encoded.body(), encoded.type())).isInstanceOf(MicroException.class);
			assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(MOST_MEMORY);
		}
	}

	@Test
	protected void truncatedBodyIsDecodedOrRefusedAndNothingElse() {
		Sample sample = samples().get(0);
		byte[] body = encode(sample.object());
		for (int length = 1; length < body.length; length++) {
			byte[] truncated = Arrays.copyOf(body, length);
			try {
				decode(truncated, sample.type());
			}
			catch (MicroException ex) {
				isShortAndFromTheCodec(ex);
				assertThat(ex.code()).isEqualTo(400);
			}
		}
	}

	@Test
	protected void objectThatCannotBeEncodedIsNamed() {
		Object object = foreign();

		assertThatExceptionOfType(MicroException.class).isThrownBy(() -> encode(object))
			.satisfies(CodecContract::isShortAndFromTheCodec)
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(500))
			.satisfies((ex) -> assertThat(ex.detail()).contains(object.getClass().getName()));
	}

	@Test
	protected void bodyNestedTooDeepIsRefusedSoon() {
		Encoded bomb = bomb();

		assertTimeoutPreemptively(SOON,
				() -> assertThatThrownBy(() -> decode(bomb.body(), bomb.type())).isInstanceOf(MicroException.class)
					.extracting("code")
					.isEqualTo(400));
	}

	@Test
	protected void manyThreadsShareIt() {
		Sample sample = samples().get(0);
		List<CompletableFuture<Object>> results = IntStream.range(0, 200)
			.mapToObj((i) -> CompletableFuture.supplyAsync(() -> roundTrip(sample), ForkJoinPool.commonPool()))
			.toList();

		assertThat(results).allSatisfy((result) -> assertThat(result.join()).isEqualTo(sample.object()));
	}

	/**
	 * The body of an object.
	 * @param object the object
	 * @return the body
	 */
	protected final byte[] encode(Object object) {
		return codec().write(Header.of(Kind.REQUEST), object).body();
	}

	/**
	 * The object of a body.
	 * @param body the body
	 * @param type the type of the object
	 * @return the object
	 */
	protected final @Nullable Object decode(byte[] body, Type type) {
		return codec().read(Kind.REQUEST, new Message(Metadata.empty(), body)).body(type);
	}

	private Object roundTrip(Sample sample) {
		Object decoded = decode(encode(sample.object()), sample.type());
		return Objects.requireNonNull(decoded, "what was encoded decodes to null");
	}

	private static void isShortAndFromTheCodec(MicroException ex) {
		assertThat(ex.id()).isEqualTo("go.micro.codec");
		assertThat(ex.detail()).isNotBlank().hasSizeLessThan(600);
	}

	/**
	 * Kinds of object to try at random.
	 */
	public enum Generated {

		/** Objects of every kind that Jackson knows, and protobuf messages. */
		OBJECTS {
			@Override
			Sample make(GeneratedValues values) {
				return values.random().nextBoolean() ? Sample.of(values.object()) : MESSAGES.make(values);
			}
		},
		/** Protobuf messages. */
		MESSAGES {
			@Override
			Sample make(GeneratedValues values) {
				return Sample.of(values.message());
			}
		},
		/** Bytes. */
		BYTES {
			@Override
			Sample make(GeneratedValues values) {
				return Sample.of(values.bytes());
			}
		},
		/** Text. */
		TEXT {
			@Override
			Sample make(GeneratedValues values) {
				return Sample.of(values.text());
			}
		};

		abstract Sample make(GeneratedValues values);

	}

	/**
	 * An object and the type it is decoded to.
	 *
	 * @param object the object
	 * @param type the type
	 */
	public record Sample(Object object, Type type) {

		/**
		 * An object that is decoded to its own class.
		 * @param object the object
		 * @return the sample
		 */
		public static Sample of(Object object) {
			return new Sample(object, object.getClass());
		}

	}

	/**
	 * A body and what to decode it to.
	 *
	 * @param body the body
	 * @param type the type to decode to
	 */
	public record Encoded(byte[] body, Type type) {
	}

}

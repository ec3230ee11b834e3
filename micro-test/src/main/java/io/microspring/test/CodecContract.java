package io.microspring.test;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
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

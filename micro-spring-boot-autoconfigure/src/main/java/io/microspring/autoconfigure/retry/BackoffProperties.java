package io.microspring.autoconfigure.retry;

import java.time.Duration;

import io.microspring.concurrent.Backoff;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * How long is waited before another attempt.
 *
 * @param type How the wait grows; exponential when anything else of this is set.
 * @param base Wait before the first further attempt; 100ms when exponential.
 * @param factor What the wait is multiplied with from one attempt to the next; 2 when
 * exponential.
 * @param ceiling Longest wait, before jitter; 10s when exponential.
 * @param jitter How far a wait may be off at random, as a part of it, from 0 to 1; 0.5
 * when exponential.
 */
public record BackoffProperties(@Nullable Type type, @Nullable Duration base, @Nullable Double factor,
		@Nullable Duration ceiling, @Nullable Double jitter) {

	/**
	 * The back-off.
	 * @param name the name of the property that these are of
	 * @return the back-off, or null when nothing is said
	 * @throws InvalidConfigurationPropertyValueException when they make no sense together
	 */
	public @Nullable Backoff toBackoff(String name) {
		boolean shaped = this.base != null || this.factor != null || this.ceiling != null || this.jitter != null;
		if (this.type == null && !shaped) {
			return null;
		}
		if (this.type != null && this.type != Type.EXPONENTIAL && shaped) {
			throw new InvalidConfigurationPropertyValueException(name + ".type", this.type,
					"Base, factor, ceiling and jitter are of the type exponential only.");
		}
		return switch ((this.type != null) ? this.type : Type.EXPONENTIAL) {
			case GO_MICRO -> Backoff.goMicro();
			case GO_MICRO_V1 -> Backoff.goMicroV1();
			case NONE -> Backoff.none();
			case EXPONENTIAL -> exponential(name);
		};
	}

	/**
	 * A copy that grows from another wait.
	 * @param base the wait before the first further attempt
	 * @return the copy, exponential
	 */
	public BackoffProperties withBase(Duration base) {
		return new BackoffProperties(Type.EXPONENTIAL, base, this.factor, this.ceiling, this.jitter);
	}

	private Backoff exponential(String name) {
		try {
			return Backoff.exponential((this.base != null) ? this.base : Duration.ofMillis(100),
					(this.factor != null) ? this.factor : 2,
					(this.ceiling != null) ? this.ceiling : Duration.ofSeconds(10),
					(this.jitter != null) ? this.jitter : 0.5);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException(name, this, String.valueOf(ex.getMessage()));
		}
	}

	/** How the wait grows. */
	public enum Type {

		/**
		 * As the table of go-micro v2 and newer has it: 0.1, 0.6, 1.9, 4.3 s and so on.
		 */
		GO_MICRO,
		/** As go-micro v1 has it: 10 ms, 0.1, 1, 10 s and so on. */
		GO_MICRO_V1,
		/** By a factor, up to a ceiling, with jitter. */
		EXPONENTIAL,
		/** No wait. */
		NONE

	}

}

package io.microspring.call;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * The flavours a method may be written in, and what each means: the type itself,
 * {@code CompletionStage}, {@code Mono}, {@code Flow.Publisher}, {@code Flux},
 * {@link Stream}. Server methods and client interfaces read them alike, here.
 */
public final class Streaming {

	private static final boolean REACTOR = isPresent("reactor.core.publisher.Flux");

	private Streaming() {
	}

	/**
	 * What a method's return type says.
	 * @param type the generic return type
	 * @return the flavour, and the type of the answer or of each message
	 */
	public static Shape shape(Type type) {
		Class<?> raw = raw(type);
		if (raw == void.class || raw == Void.class) {
			return new Shape(Flavour.VALUE, Void.class);
		}
		if (CompletionStage.class.isAssignableFrom(raw)) {
			return new Shape(Flavour.FUTURE, argument(type, 0));
		}
		if (Flow.Publisher.class.isAssignableFrom(raw)) {
			return new Shape(Flavour.PUBLISHER, argument(type, 0));
		}
		if (Stream.class.isAssignableFrom(raw)) {
			return new Shape(Flavour.STREAM, argument(type, 1));
		}
		if (REACTOR && ReactorBridge.isMono(raw)) {
			return new Shape(Flavour.MONO, argument(type, 0));
		}
		if (REACTOR && ReactorBridge.isPublisher(raw)) {
			return new Shape(Flavour.FLUX, argument(type, 0));
		}
		return new Shape(Flavour.VALUE, type);
	}

	/**
	 * The class of a generic type.
	 * @param type the type
	 * @return its class
	 */
	public static Class<?> raw(Type type) {
		if (type instanceof Class<?> c) {
			return c;
		}
		if (type instanceof ParameterizedType p) {
			return raw(p.getRawType());
		}
		if (type instanceof WildcardType w) {
			return raw(w.getUpperBounds()[0]);
		}
		return Object.class;
	}

	/**
	 * An argument of a generic type.
	 * @param type the type
	 * @param index which argument
	 * @return the argument, Object when it has none
	 */
	public static Type argument(Type type, int index) {
		if (type instanceof ParameterizedType p) {
			Type argument = p.getActualTypeArguments()[index];
			return (argument instanceof WildcardType w) ? w.getUpperBounds()[0] : argument;
		}
		return Object.class;
	}

	/**
	 * A Flow publisher of whatever kind of publisher.
	 * @param publisher a {@code Flow.Publisher}, {@code Flux} or another Reactive Streams
	 * publisher
	 * @return the publisher
	 */
	@SuppressWarnings("unchecked")
	public static Flow.Publisher<Object> toFlow(Object publisher) {
		return (publisher instanceof Flow.Publisher<?> flow) ? (Flow.Publisher<Object>) flow
				: ReactorBridge.toFlow(publisher);
	}

	/**
	 * A publisher of the kind that a method wants.
	 * @param publisher the publisher
	 * @param flavour {@link Flavour#PUBLISHER} or {@link Flavour#FLUX}
	 * @return the publisher itself, or a {@code Flux} of it
	 */
	public static Object fromFlow(Flow.Publisher<Object> publisher, Flavour flavour) {
		return (flavour == Flavour.FLUX) ? ReactorBridge.toFlux(publisher) : publisher;
	}

	/**
	 * A stage of the kind that a method wants.
	 * @param call what makes the stage
	 * @param flavour {@link Flavour#FUTURE} or {@link Flavour#MONO}
	 * @return the stage, made at once, or a {@code Mono} that makes one for each
	 * subscriber
	 */
	public static Object fromStage(Supplier<? extends CompletionStage<?>> call, Flavour flavour) {
		return (flavour == Flavour.MONO) ? ReactorBridge.toMono(call) : call.get();
	}

	/**
	 * The stage of a {@code Mono}.
	 * @param mono the mono
	 * @return the stage, subscribed
	 */
	public static CompletionStage<?> toStage(Object mono) {
		return ReactorBridge.toStage(mono);
	}

	/**
	 * Sends what a publisher publishes, one message after the other, and waits until it
	 * is done. When the stream ends first, the publisher is cancelled.
	 * @param publisher the publisher
	 * @param stream where to send
	 * @throws Exception what the publisher failed with, or 499 when the stream has ended
	 */
	public static void sendAll(Flow.Publisher<Object> publisher, Stream<Object, ?> stream) throws Exception {
		new Sending(stream).run(publisher);
	}

	/**
	 * Publishes what a stream receives, to one subscriber, on an executor, as it asks for
	 * it. Its end closes the stream.
	 * @param stream where to receive
	 * @param executor what waits for messages
	 * @param onCancel what to do when the subscriber cancels
	 * @return the publisher; a second subscriber gets an error
	 */
	public static Flow.Publisher<Object> receiveAll(Stream<?, Object> stream, Executor executor, Runnable onCancel) {
		AtomicBoolean taken = new AtomicBoolean();
		return (subscriber) -> {
			if (taken.compareAndSet(false, true)) {
				subscriber.onSubscribe(new Receiving(stream, executor, subscriber, onCancel));
			}
			else {
				fail(subscriber, new IllegalStateException("A stream is received once, by one subscriber"));
			}
		};
	}

	/**
	 * Tells a subscriber that what it asked for failed before it began.
	 * @param subscriber the subscriber
	 * @param failure what happened
	 */
	public static void fail(Flow.Subscriber<?> subscriber, Throwable failure) {
		subscriber.onSubscribe(new Flow.Subscription() {

			@Override
			public void request(long n) {
				// there is nothing to ask for
			}

			@Override
			public void cancel() {
				// and nothing to call off
			}

		});
		subscriber.onError(failure);
	}

	private static boolean isPresent(String name) {
		try {
			Class.forName(name, false, Streaming.class.getClassLoader());
			return true;
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return false;
		}
	}

	/**
	 * What a type says about how a call is made.
	 *
	 * @param flavour the way of writing
	 * @param type the type of the answer, or of each message
	 */
	public record Shape(Flavour flavour, Type type) {

		/**
		 * Whether there may be more than one answer.
		 * @return true for publishers and streams
		 */
		public boolean streams() {
			return this.flavour == Flavour.PUBLISHER || this.flavour == Flavour.FLUX || this.flavour == Flavour.STREAM;
		}

	}

	/** The ways of writing an answer. */
	public enum Flavour {

		/** The type itself. */
		VALUE,
		/** {@code CompletionStage}. */
		FUTURE,
		/** Reactor's {@code Mono}. */
		MONO,
		/** {@code Flow.Publisher}. */
		PUBLISHER,
		/** Reactor's {@code Flux}, or another Reactive Streams publisher. */
		FLUX,
		/** {@link Stream}. */
		STREAM

	}

}

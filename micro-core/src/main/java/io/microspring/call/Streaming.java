package io.microspring.call;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

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
	 * @param stage the stage
	 * @param flavour {@link Flavour#FUTURE} or {@link Flavour#MONO}
	 * @return the stage itself, or a {@code Mono} of it
	 */
	public static Object fromStage(CompletionStage<?> stage, Flavour flavour) {
		return (flavour == Flavour.MONO) ? ReactorBridge.toMono(stage) : stage;
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
	 * is done.
	 * @param publisher the publisher
	 * @param stream where to send
	 * @throws Exception what the publisher failed with
	 */
	public static void sendAll(Flow.Publisher<Object> publisher, Stream<Object, ?> stream) throws Exception {
		new Sending(stream).run(publisher);
	}

	/**
	 * Publishes what a stream receives, to one subscriber, on an executor, as it asks for
	 * it. Cancelling closes the stream, and so does its end.
	 * @param stream where to receive
	 * @param executor what waits for messages
	 * @return the publisher
	 */
	public static Flow.Publisher<Object> receiveAll(Stream<?, Object> stream, Executor executor) {
		return (subscriber) -> subscriber.onSubscribe(new Receiving(stream, executor, subscriber));
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

	/**
	 * Asks for one message at a time, so that the stream's own back-pressure is the
	 * publisher's.
	 */
	private static final class Sending implements Flow.Subscriber<Object> {

		private final Stream<Object, ?> stream;

		private final ReentrantLock lock = new ReentrantLock();

		private final Condition changed = this.lock.newCondition();

		private Flow.@Nullable Subscription subscription;

		private @Nullable Object next;

		private @Nullable Throwable failure;

		private boolean done;

		Sending(Stream<Object, ?> stream) {
			this.stream = stream;
		}

		void run(Flow.Publisher<Object> publisher) throws Exception {
			publisher.subscribe(this);
			try {
				for (Object message = take(); message != null; message = take()) {
					this.stream.send(message);
				}
			}
			catch (Exception ex) {
				Flow.Subscription active = this.subscription;
				if (active != null) {
					active.cancel();
				}
				throw ex;
			}
		}

		private @Nullable Object take() throws Exception {
			Flow.Subscription active = this.subscription;
			if (active != null) {
				active.request(1);
			}
			this.lock.lockInterruptibly();
			try {
				while (this.next == null && !this.done) {
					this.changed.await();
				}
				Object message = this.next;
				this.next = null;
				if (message == null && this.failure != null) {
					if (this.failure instanceof Exception ex) {
						throw ex;
					}
					throw new IllegalStateException(this.failure);
				}
				return message;
			}
			finally {
				this.lock.unlock();
			}
		}

		@Override
		public void onSubscribe(Flow.Subscription given) {
			this.subscription = given;
		}

		@Override
		public void onNext(Object item) {
			signal(() -> this.next = item);
		}

		@Override
		public void onError(Throwable throwable) {
			signal(() -> {
				this.failure = throwable;
				this.done = true;
			});
		}

		@Override
		public void onComplete() {
			signal(() -> this.done = true);
		}

		private void signal(Runnable change) {
			this.lock.lock();
			try {
				change.run();
				this.changed.signalAll();
			}
			finally {
				this.lock.unlock();
			}
		}

	}

	private static final class Receiving implements Flow.Subscription {

		private final Stream<?, Object> stream;

		private final Executor executor;

		private final Flow.Subscriber<? super Object> subscriber;

		private final AtomicLong wanted = new AtomicLong();

		private volatile boolean done;

		Receiving(Stream<?, Object> stream, Executor executor, Flow.Subscriber<? super Object> subscriber) {
			this.stream = stream;
			this.executor = executor;
			this.subscriber = subscriber;
		}

		@Override
		public void request(long n) {
			if (n <= 0) {
				finish(() -> this.subscriber.onError(new IllegalArgumentException("requested " + n)));
			}
			else if (this.wanted.getAndAccumulate(n, Receiving::add) == 0) {
				this.executor.execute(this::deliver);
			}
		}

		@Override
		public void cancel() {
			this.done = true;
			this.stream.close();
		}

		private void deliver() {
			try {
				do {
					Object message = this.stream.receive();
					if (message == null) {
						finish(this.subscriber::onComplete);
						return;
					}
					if (!this.done) {
						this.subscriber.onNext(message);
					}
				}
				while (!this.done && this.wanted.decrementAndGet() > 0);
			}
			catch (RuntimeException ex) {
				finish(() -> this.subscriber.onError(ex));
			}
		}

		private void finish(Runnable signal) {
			if (!this.done) {
				this.done = true;
				this.stream.close();
				signal.run();
			}
		}

		private static long add(long before, long more) {
			long sum = before + more;
			return (sum < 0) ? Long.MAX_VALUE : sum;
		}

	}

}

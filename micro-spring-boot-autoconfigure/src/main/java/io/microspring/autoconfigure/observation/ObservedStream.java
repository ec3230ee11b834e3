package io.microspring.autoconfigure.observation;

import java.util.concurrent.atomic.AtomicBoolean;

import io.micrometer.observation.Observation;
import io.microspring.call.Stream;
import io.microspring.errors.MicroException;
import org.jspecify.annotations.Nullable;

/**
 * A stream whose observation ends with it: when the peer ends, when it breaks, or when it
 * is closed.
 */
final class ObservedStream implements Stream<Object, Object> {

	private final Stream<Object, Object> stream;

	private final Observation observation;

	private final Observation.Context context;

	private final AtomicBoolean ended = new AtomicBoolean();

	ObservedStream(Stream<Object, Object> stream, Observation observation, Observation.Context context) {
		this.stream = stream;
		this.observation = observation;
		this.context = context;
	}

	@Override
	public void send(Object message) {
		try {
			this.stream.send(message);
		}
		catch (RuntimeException ex) {
			end(ex);
			throw ex;
		}
	}

	@Override
	public @Nullable Object receive() {
		try {
			Object message = this.stream.receive();
			if (message == null) {
				end(null);
			}
			return message;
		}
		catch (RuntimeException ex) {
			end(ex);
			throw ex;
		}
	}

	@Override
	public void closeSend() {
		this.stream.closeSend();
	}

	@Override
	public void fail(MicroException error) {
		this.stream.fail(error);
		end(error);
	}

	@Override
	public void onEnd(Runnable action) {
		this.stream.onEnd(action);
	}

	@Override
	public void close() {
		this.stream.close();
		end(null);
	}

	private void end(@Nullable Throwable failure) {
		if (this.ended.compareAndSet(false, true)) {
			if (failure != null) {
				this.observation.error(failure);
			}
			else {
				Outcomes.success(this.context);
			}
			this.observation.stop();
		}
	}

}

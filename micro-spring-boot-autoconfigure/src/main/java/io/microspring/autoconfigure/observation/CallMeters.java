package io.microspring.autoconfigure.observation;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.observation.MeterObservationHandler;
import io.micrometer.observation.Observation;

/**
 * The meters of calls: those that Micrometer's own handler makes, by the same names and
 * tags, but found by the key values of the endpoint instead of by tags that are made and
 * sorted for each call. Boot asks the first handler of meters that supports a context,
 * and no other.
 */
final class CallMeters implements MeterObservationHandler<Observation.Context> {

	/** Meters beyond are looked up in the registry each time. */
	private static final int MOST = 1000;

	private final MeterRegistry registry;

	private final boolean activeToo;

	private final Known<Timer> timers;

	private final Known<LongTaskTimer> actives;

	CallMeters(MeterRegistry registry, boolean activeToo) {
		this.registry = registry;
		this.activeToo = activeToo;
		this.timers = new Known<>((name, tags) -> registry.timer(name, tags.and("error", "none")));
		this.actives = new Known<>((name, tags) -> registry.more().longTaskTimer(name + ".active", tags));
		registry.config().onMeterRemoved((meter) -> {
			this.timers.forget();
			this.actives.forget();
		});
	}

	@Override
	public boolean supportsContext(Observation.Context context) {
		return CallState.of(context) != null;
	}

	@Override
	public void onStart(Observation.Context context) {
		CallState call = CallState.of(context);
		if (call == null) {
			return;
		}
		if (this.activeToo) {
			call.active = this.actives.get(nameOf(context), context.getLowCardinalityKeyValues()).start();
		}
		call.startedAt = this.registry.config().clock().monotonicTime();
	}

	@Override
	public void onStop(Observation.Context context) {
		CallState call = CallState.of(context);
		if (call == null) {
			return;
		}
		long took = this.registry.config().clock().monotonicTime() - call.startedAt;
		timer(context).record(took, TimeUnit.NANOSECONDS);
		if (call.active instanceof LongTaskTimer.Sample active) {
			active.stop();
		}
	}

	@Override
	public void onEvent(Observation.Event event, Observation.Context context) {
		Counter.builder(nameOf(context) + "." + event.getName())
			.tags(tags(context.getLowCardinalityKeyValues()))
			.register(this.registry)
			.increment();
	}

	private Timer timer(Observation.Context context) {
		KeyValues values = context.getLowCardinalityKeyValues();
		Throwable error = context.getError();
		return (error == null) ? this.timers.get(nameOf(context), values)
				: this.registry.timer(nameOf(context), tags(values).and("error", error.getClass().getSimpleName()));
	}

	private static String nameOf(Observation.Context context) {
		return String.valueOf(context.getName());
	}

	private static Tags tags(KeyValues values) {
		Tags tags = Tags.empty();
		for (KeyValue value : values) {
			tags = tags.and(value.getKey(), value.getValue());
		}
		return tags;
	}

	/**
	 * The meters of one kind that have been asked for, by name and key values.
	 *
	 * @param <M> the kind
	 */
	private static final class Known<M> {

		private final BiFunction<String, Tags, M> finding;

		private volatile Map<String, Map<KeyValues, M>> meters = new ConcurrentHashMap<>();

		Known(BiFunction<String, Tags, M> finding) {
			this.finding = finding;
		}

		M get(String name, KeyValues values) {
			// Taken first: what is found while meters are removed must not be kept.
			Map<String, Map<KeyValues, M>> known = this.meters;
			Map<KeyValues, M> named = known.get(name);
			M meter = (named != null) ? named.get(values) : null;
			return (meter != null) ? meter : find(known, name, values);
		}

		private M find(Map<String, Map<KeyValues, M>> known, String name, KeyValues values) {
			M meter = this.finding.apply(name, tags(values));
			Map<KeyValues, M> named = known.computeIfAbsent(name, (any) -> new ConcurrentHashMap<>());
			if (named.size() < MOST) {
				named.put(values, meter);
			}
			return meter;
		}

		/** Meters that were removed are made again when they are next needed. */
		void forget() {
			this.meters = new ConcurrentHashMap<>();
		}

	}

}

package io.microspring.autoconfigure.observation;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler.FirstMatchingCompositeObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.microspring.annotation.MicroHandler;
import io.microspring.annotation.MicroSubscriber;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.server.Call;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import org.awaitility.Awaitility;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A service that is called, calls itself and publishes, and notes the trace of each.
 */
abstract class TraceFixture {

	private final SdkTracerProvider provider = SdkTracerProvider.builder().build();

	private final Tracer tracer = tracer();

	private final ObservationRegistry observations = observations();

	private final ApplicationContextRunner runner = MicroRunner.memory()
		.withConfiguration(AutoConfigurations.of(MicroObservationAutoConfiguration.class))
		.withBean(ObservationRegistry.class, () -> this.observations)
		.withBean(Tracer.class, () -> this.tracer)
		.withUserConfiguration(Traced.class);

	/** With all parts as these properties say. */
	void assertThatATraceTravelsThroughNestedCallsAndMessages(String... properties) {
		this.runner.withPropertyValues(properties).run((context) -> {
			Client client = context.getBean(Client.class);
			Traced traced = context.getBean(Traced.class);
			String trace = Observation.createNotStarted("test", this.observations).observe(() -> {
				client.call(Request.of("greeter", "Traced.Outer", new Text("x")), Text.class);
				return this.tracer.currentSpan().context().traceId();
			});
			Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> traced.traces.size() == 3);
			assertThat(traced.traces).containsOnlyKeys("outer", "inner", "news");
			assertThat(traced.traces.values()).allMatch(trace::equals);
			assertThat(traced.spans.values()).doesNotHaveDuplicates();
			assertThat(traced.headers.get("outer")).startsWith("00-" + trace).doesNotContain(traced.spans.get("outer"));
			assertThat(traced.headers.get("inner")).startsWith("00-" + trace);
		});
	}

	private Tracer tracer() {
		OtelCurrentTraceContext current = new OtelCurrentTraceContext();
		return new OtelTracer(this.provider.get("test"), current, (event) -> {
		});
	}

	private ObservationRegistry observations() {
		ContextPropagators propagators = ContextPropagators.create(W3CTraceContextPropagator.getInstance());
		OtelPropagator propagator = new OtelPropagator(propagators, this.provider.get("test"));
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig()
			.observationHandler(new FirstMatchingCompositeObservationHandler(
					new PropagatingSenderTracingObservationHandler<>(this.tracer, propagator),
					new PropagatingReceiverTracingObservationHandler<>(this.tracer, propagator),
					new DefaultTracingObservationHandler(this.tracer)));
		return registry;
	}

	record Text(String text) {

	}

	@MicroHandler
	static class Traced {

		private final Map<String, String> traces = new ConcurrentHashMap<>();

		private final Map<String, String> spans = new ConcurrentHashMap<>();

		private final Map<String, String> headers = new ConcurrentHashMap<>();

		private final ObjectProvider<Client> client;

		private final Tracer tracer;

		Traced(ObjectProvider<Client> client, Tracer tracer) {
			this.client = client;
			this.tracer = tracer;
		}

		public Text outer(Text in, Call call) {
			note("outer", call.metadata().get("traceparent"));
			this.client.getObject().publish("news", in);
			return this.client.getObject().call(Request.of("greeter", "Traced.Inner", in), Text.class);
		}

		public Text inner(Text in, Call call) {
			note("inner", call.metadata().get("traceparent"));
			return in;
		}

		@MicroSubscriber(topic = "news")
		public void onNews(Text news) {
			note("news", "");
		}

		private void note(String where, String header) {
			this.traces.put(where, this.tracer.currentSpan().context().traceId());
			this.spans.put(where, this.tracer.currentSpan().context().spanId());
			this.headers.put(where, String.valueOf(header));
		}

	}

}

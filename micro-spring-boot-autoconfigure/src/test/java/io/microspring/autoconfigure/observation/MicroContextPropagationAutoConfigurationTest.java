package io.microspring.autoconfigure.observation;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.microspring.call.CallContext;
import io.microspring.call.Deadline;
import io.microspring.concurrent.Threads;
import io.microspring.message.Metadata;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The context of the current call goes wherever context-propagation goes.
 */
class MicroContextPropagationAutoConfigurationTest {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MicroContextPropagationAutoConfiguration.class));

	@Test
	void aSnapshotCarriesTheCurrentCallToAnotherThread() {
		this.runner.run((context) -> {
			CallContext call = new CallContext(Deadline.after(Duration.ofSeconds(5)), Metadata.of("a", "1"));
			ContextSnapshot snapshot;
			try (CallContext.Scope scope = call.open()) {
				snapshot = ContextSnapshotFactory.builder().build().captureAll();
			}
			assertThat(CallContext.current()).isSameAs(CallContext.NONE);
			AtomicReference<CallContext> inside = new AtomicReference<>();
			AtomicReference<CallContext> after = new AtomicReference<>();
			Thread thread = Threads.start("other", () -> {
				snapshot.wrap(() -> inside.set(CallContext.current())).run();
				after.set(CallContext.current());
			});
			thread.join(Duration.ofSeconds(10).toMillis());
			assertThat(inside).hasValue(call);
			assertThat(after).hasValue(CallContext.NONE);
		});
	}

}

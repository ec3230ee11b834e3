package io.microspring.benchmarks.spring;

import java.util.concurrent.CompletableFuture;

import io.microspring.annotation.MicroClient;
import io.microspring.benchmarks.AsyncCaller;
import io.microspring.benchmarks.BlockingCaller;
import io.microspring.benchmarks.Completion;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.PerPayload;
import io.microspring.benchmarks.proto.Echo;
import io.microspring.call.MicroEndpoint;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Calls through interfaces of the application.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class Callers {

	private static PerPayload<Echo> newRequests() {
		return new PerPayload<>((payload) -> Echo.newBuilder().setText(payload.text()).build());
	}

	/**
	 * The service, as a client sees it that does not wait.
	 */
	@MicroClient("bench")
	@MicroEndpoint(name = "Echoer")
	interface AsyncEchoer {

		CompletableFuture<Echo> call(Echo request);

	}

	/**
	 * The service, as a client sees it that waits.
	 */
	@MicroClient("bench")
	@MicroEndpoint(name = "Echoer")
	interface BlockingEchoer {

		Echo call(Echo request);

	}

	/**
	 * Does not wait.
	 *
	 * @param context what is closed in the end
	 * @param echoer what calls
	 * @param requests what it sends
	 */
	record Async(ConfigurableApplicationContext context, AsyncEchoer echoer,
			PerPayload<Echo> requests) implements AsyncCaller {

		Async(ConfigurableApplicationContext context, AsyncEchoer echoer) {
			this(context, echoer, newRequests());
		}

		@Override
		public void call(Payload payload, Completion done) {
			int sent = payload.text().length();
			this.echoer.call(this.requests.of(payload)).whenComplete((answer, failure) -> {
				boolean same = answer != null && answer.getText().length() == sent;
				done.done((failure != null || same) ? failure : new IllegalStateException("not what was sent"));
			});
		}

		@Override
		public void close() {
			this.context.close();
		}

	}

	/**
	 * Waits.
	 *
	 * @param context what is closed in the end
	 * @param echoer what calls
	 * @param requests what it sends
	 */
	record Blocking(ConfigurableApplicationContext context, BlockingEchoer echoer,
			PerPayload<Echo> requests) implements BlockingCaller {

		Blocking(ConfigurableApplicationContext context, BlockingEchoer echoer) {
			this(context, echoer, newRequests());
		}

		@Override
		public void call(Payload payload) {
			if (this.echoer.call(this.requests.of(payload)).getText().length() != payload.text().length()) {
				throw new IllegalStateException("not what was sent");
			}
		}

		@Override
		public void close() {
			this.context.close();
		}

	}

}

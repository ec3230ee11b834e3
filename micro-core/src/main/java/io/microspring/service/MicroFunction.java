package io.microspring.service;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

import io.microspring.client.Client;
import io.microspring.concurrent.Threads;
import io.microspring.errors.MicroException;
import io.microspring.server.HandlerFunction;
import io.microspring.server.Server;
import io.microspring.server.SubscriberFunction;

/**
 * A service that handles one call or one message, and then exits; what comes while it
 * stops is answered with 503. Thread-safe. go-micro: {@code micro.Function} (v1 and v2).
 */
final class MicroFunction implements MicroService {

	private final AtomicBoolean taken = new AtomicBoolean();

	private final MicroService service;

	MicroFunction(MicroServiceBuilder plan) {
		plan.handlerInterceptors.add(0, this::once);
		plan.subscriberInterceptors.add(0, this::onceDelivered);
		this.service = new RunningService(plan);
	}

	@Override
	public String name() {
		return this.service.name();
	}

	@Override
	public Client client() {
		return this.service.client();
	}

	@Override
	public Server server() {
		return this.service.server();
	}

	@Override
	public void start() {
		this.service.start();
	}

	@Override
	public void run() {
		this.service.run();
	}

	@Override
	public void close() {
		this.service.close();
	}

	private HandlerFunction once(HandlerFunction handler) {
		return (call) -> {
			take();
			Object result;
			try {
				result = handler.handle(call);
			}
			catch (Throwable ex) {
				exit();
				throw ex;
			}
			if (result instanceof CompletionStage<?> stage) {
				return stage.whenComplete((value, failure) -> exit());
			}
			exit();
			return result;
		};
	}

	private SubscriberFunction onceDelivered(SubscriberFunction subscriber) {
		return (delivery) -> {
			take();
			try {
				subscriber.handle(delivery);
			}
			finally {
				exit();
			}
		};
	}

	private void take() {
		if (!this.taken.compareAndSet(false, true)) {
			throw MicroException.of(name(), 503, name() + " is a function and has run");
		}
	}

	/** On a thread of its own: stopping waits for the call that asks for it. */
	private void exit() {
		Threads.start("micro-function-exit", this::close);
	}

}

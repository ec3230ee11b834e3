package io.microspring.samples.greeter;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.microspring.call.Deadline;
import io.microspring.call.GoDuration;
import io.microspring.errors.MicroException;
import io.microspring.server.Call;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Names that are not greeted: each shows something else that can happen to a call.
 */
final class SpecialNames {

	private static final String SERVICE = "go.micro.srv.greeter";

	private static final JsonMapper JSON = JsonMapper.shared();

	private SpecialNames() {
	}

	/**
	 * What is answered instead of a greeting.
	 * @return the answer, or null for a name like any other
	 */
	static @Nullable String answer(String name, Call call) throws Exception {
		fail(name);
		if (name.equals("metadata")) {
			return JSON.writeValueAsString(call.metadata().toMap());
		}
		if (name.equals("deadline")) {
			Deadline deadline = call.deadline();
			return "deadline=" + !deadline.isNone() + " in="
					+ GoDuration.format(deadline.isNone() ? Duration.ZERO : deadline.remaining());
		}
		if (name.startsWith("sleep:")) {
			sleep(GoDuration.parse(name.substring("sleep:".length())), call.deadline());
		}
		if (name.startsWith("big:")) {
			return "x".repeat(Integer.parseInt(name.substring("big:".length())));
		}
		return null;
	}

	/** Throws what the name stands for. */
	static void fail(String name) throws Exception {
		switch (name) {
			case "error" -> throw MicroException.badRequest(SERVICE + ".Say.Hello", "bad name error");
			case "notfound" -> throw MicroException.notFound(SERVICE, "not found: " + name);
			case "internal" -> throw MicroException.internalServerError(SERVICE, "internal: " + name);
			// Checked, and so an answer of the business: the caller gets its message.
			case "plain-error" -> throw new Exception("plain error");
			// Unchecked, and so a fault: the caller gets a reference into the log.
			case "panic" -> throw new IllegalStateException("panic");
			default -> {
			}
		}
	}

	/** What lies between two messages of a stream. */
	static void pause() {
		sleep(Duration.ofMillis(20));
	}

	private static void sleep(Duration time, Deadline deadline) throws TimeoutException {
		Duration left = deadline.remaining();
		if (time.compareTo(left) > 0) {
			sleep(left);
			throw new TimeoutException("context deadline exceeded");
		}
		sleep(time);
	}

	private static void sleep(Duration time) {
		new CompletableFuture<Void>().completeOnTimeout(null, time.toNanos(), TimeUnit.NANOSECONDS).join();
	}

}

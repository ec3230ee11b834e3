package io.microspring.test.recording;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

import io.microspring.client.Client;
import io.microspring.errors.MicroException;
import io.microspring.registry.Registry;
import io.microspring.server.Call;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.test.greeter.Request;
import io.microspring.test.greeter.Response;
import io.microspring.test.recording.Outcome.Verdict;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** Server and client against what real go-micro wrote. */
class RecordedExchangesTest {

	private static final Predicate<Recording> UNARY_JSON_AND_PROTOBUF = (recording) -> recording.name()
		.matches("unary-(json|protobuf)-(?!rpc).*|probe-.*");

	private final Player player = Player.bundled("mucp-http").only(UNARY_JSON_AND_PROTOBUF);

	@Test
	void serverAnswersTheGoClientAsTheGoServerDid() {
		try (Registry registry = Registry.memory();
				Server server = Server.builder(registry)
					.options(ServerOptions.named("go.micro.srv.greeter").withAddress("127.0.0.1:0"))
					.build()) {
			server.handle(Handler.of("Say", new Say())).start();

			List<Outcome> outcomes = this.player.asServer(server.address());

			assertThat(outcomes).filteredOn((outcome) -> outcome.verdict() == Verdict.DIFFERS).isEmpty();
			assertThat(outcomes).filteredOn((outcome) -> outcome.verdict() == Verdict.SAME).hasSizeGreaterThan(50);
			assertThat(outcomes).filteredOn((outcome) -> outcome.verdict() == Verdict.EXCEPTED)
				.filteredOn((outcome) -> !outcome.recording().connections().isEmpty())
				.allSatisfy((outcome) -> assertThat(outcome.detail()).contains("(found: "));
		}
	}

	@Test
	void clientCallsTheGoServerAsTheGoClientDid() {
		try (Registry registry = Registry.memory(); Client client = Client.builder(registry).build()) {

			List<Outcome> outcomes = this.player.asClient(Caller.of(client));

			assertThat(outcomes).filteredOn((outcome) -> outcome.verdict() == Verdict.DIFFERS).isEmpty();
			assertThat(outcomes).filteredOn((outcome) -> outcome.verdict() == Verdict.SAME).hasSizeGreaterThan(30);
		}
	}

	/** The unary part of the recorded greeter, see vectors/README.md. */
	public static final class Say {

		/**
		 * Greets, or does what the name says.
		 * @param request whom to greet
		 * @param call the call
		 * @return the greeting
		 * @throws PlainError for {@code plain-error}
		 */
		public Response hello(Request request, Call call) throws PlainError {
			String name = request.getName();
			return switch (name) {
				case "error" -> throw MicroException.badRequest("go.micro.srv.greeter.Say.Hello", "bad name error");
				case "plain-error" -> throw new PlainError("plain error");
				case "panic" -> throw new IllegalStateException("a fault");
				case "metadata" -> answer(JsonMapper.shared().writeValueAsString(sorted(call)));
				default -> answer("Hello " + slept(name, call));
			};
		}

		private static Map<String, String> sorted(Call call) {
			return new TreeMap<>(call.metadata().toMap());
		}

		/** Go's handler ends with its context, whose error is a plain one. */
		private static String slept(String name, Call call) throws PlainError {
			if (name.startsWith("sleep:")) {
				Duration time = Duration.parse("PT" + name.substring(6).replace("300ms", "0.3s"));
				CompletableFuture<Void> over = new CompletableFuture<>();
				over.completeOnTimeout(null, time.toMillis(), TimeUnit.MILLISECONDS);
				try {
					over.get(Math.min(time.plusSeconds(1).toNanos(), call.deadline().remainingNanos()),
							TimeUnit.NANOSECONDS);
				}
				catch (TimeoutException ex) {
					throw new PlainError("context deadline exceeded");
				}
				catch (InterruptedException | ExecutionException ex) {
					throw new IllegalStateException(ex);
				}
			}
			return name;
		}

		private static Response answer(String msg) {
			return Response.newBuilder().setMsg(msg).build();
		}

	}

	/** Go's {@code errors.New(text)}. */
	public static final class PlainError extends Exception {

		private static final long serialVersionUID = 1L;

		PlainError(String text) {
			super(text);
		}

	}

}

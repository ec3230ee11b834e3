package io.microspring.plugins.rabbitmq;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;

import io.microspring.broker.BrokerException;
import io.microspring.broker.SubscribeOptions;
import io.microspring.concurrent.Threads;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.plugins.broker.rabbitmq.RabbitBroker;
import io.microspring.plugins.broker.rabbitmq.RabbitBrokerOptions;
import io.microspring.plugins.transport.rabbitmq.RabbitTransport;
import io.microspring.plugins.transport.rabbitmq.RabbitTransportOptions;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.transport.Transport;
import io.microspring.transport.TransportException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** A RabbitMQ that hangs: it takes connections and bytes, and answers nothing. */
class RabbitSilenceTest {

	@RegisterExtension
	static final ExternalServer RABBITMQ = new ExternalServer(ServerRecipe.rabbitmq(""),
			new ExternalServer(ServerRecipe.epmd()));

	private static final Duration TIMEOUT = Duration.ofSeconds(1);

	/** A few time-outs, on a machine that has other things to do. */
	private static final Duration SOON = Duration.ofSeconds(12);

	private final Message message = new Message(Metadata.empty(), "news".getBytes(StandardCharsets.UTF_8));

	private SilentLine line;

	@BeforeEach
	void open() {
		this.line = new SilentLine(RABBITMQ.address());
	}

	@AfterEach
	void close() {
		this.line.close();
	}

	@Test
	void publishersDoNotWaitOneAfterAnotherForAServerThatIsSilent() {
		this.line.fallSilent();
		try (RabbitBroker broker = broker()) {
			// One after another, they would take 20 s.
			List<CompletableFuture<Void>> all = IntStream.range(0, 40)
				.mapToObj((i) -> start(() -> broker.publish("news", this.message)))
				.toList();
			CompletableFuture<?> done = CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
				.handle((nothing, failure) -> null);
			assertThat(done).succeedsWithin(SOON);
			for (CompletableFuture<Void> one : all) {
				assertThatExceptionOfType(CompletionException.class).isThrownBy(one::join)
					.havingCause()
					.isInstanceOf(BrokerException.class)
					.withMessageStartingWith(
							"rabbitmq at " + this.line.address() + " did not take a message for news: ")
					.withMessageContaining("1000 ms");
			}
		}
	}

	@Test
	void brokerIsClosedWhileItIsConnecting() {
		this.line.fallSilent();
		RabbitBroker broker = broker();
		CompletableFuture<Void> publishing = start(() -> broker.publish("news", this.message));
		Awaitility.await().atMost(SOON).until(() -> this.line.calls() == 1);
		assertThat(start(broker::close)).succeedsWithin(SOON);
		assertThat(publishing).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withMessageContaining("broker rabbitmq is closed");
	}

	@Test
	void brokerIsClosedWhenItsServerFallsSilent() {
		RabbitBroker broker = broker();
		for (String topic : List.of("news", "more")) {
			broker.subscribe(topic, SubscribeOptions.defaults(), (event) -> {
			});
		}
		broker.publish("news", this.message);
		this.line.fallSilent();
		assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> broker.publish("news", this.message))
			.withMessageEndingWith("no confirmation within 1000 ms");
		assertThat(start(broker::close)).succeedsWithin(SOON);
	}

	@Test
	void transportIsClosedWhenItsServerFallsSilent() throws Exception {
		Transport transport = transport();
		for (int i = 0; i < 2; i++) {
			String address = transport.listen(":0", (socket) -> {
			}).address();
			transport.dial(address, SOON).get().send(this.message);
		}
		this.line.fallSilent();
		assertThat(start(transport::close)).succeedsWithin(SOON);
	}

	@Test
	void whoDialsOrListensThroughASilentServerIsToldSo() {
		this.line.fallSilent();
		try (Transport transport = transport()) {
			assertThatExceptionOfType(TransportException.class)
				.isThrownBy(() -> transport.listen("greeter", (socket) -> {
				}))
				.withMessageContaining("could not listen on greeter: rabbitmq at " + this.line.address()
						+ " cannot be reached within 1000 ms");
			assertThat(transport.dial("greeter", TIMEOUT)).failsWithin(SOON)
				.withThrowableOfType(ExecutionException.class)
				.withMessageContaining("could not dial greeter: rabbitmq at " + this.line.address());
		}
	}

	private RabbitOptions options() {
		return RabbitOptions.defaults().withAddress(this.line.address()).withTimeout(TIMEOUT);
	}

	private RabbitBroker broker() {
		return new RabbitBroker(RabbitBrokerOptions.defaults().withConnection(options()));
	}

	private Transport transport() {
		return new RabbitTransport(RabbitTransportOptions.defaults().withConnection(options()));
	}

	private static CompletableFuture<Void> start(Runnable task) {
		return CompletableFuture.runAsync(task, (run) -> Threads.start("caller", run));
	}

}

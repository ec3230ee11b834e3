package io.microspring.samples.test;

import java.util.List;

import io.microspring.samples.greeter.GreeterApplication;
import io.microspring.test.process.JavaProcess;
import io.microspring.test.recording.NatsTransportFamily;
import io.microspring.test.recording.Outcome.Verdict;
import io.microspring.test.recording.Player;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

class GreeterOnNatsTransportTest {

	@RegisterExtension
	static final ExternalServer SERVER = new ExternalServer(ServerRecipe.nats(""));

	@Test
	void clientCallsTheGreeterThroughNats() {
		GreeterOnRegistry.assertThatTheyMeet(List.of(), List.of(), "--micro.registry.type=nats",
				"--micro.registry.address=" + SERVER.address(), "--micro.transport.type=nats",
				"--micro.transport.address=" + SERVER.address());
	}

	@Test
	void greeterAnswersTheGoClientAsTheGoGreeterDid() {
		try (JavaProcess greeter = JavaProcess.start(GreeterApplication.class, "--micro.registry.type=memory",
				"--micro.transport.type=nats", "--micro.transport.address=" + SERVER.address(),
				"--micro.server.address=greeter.recorded", "--spring.main.web-application-type=none")) {
			greeter.awaitLine("The greeter is up");
			Player player = Player.bundled(List.of(new NatsTransportFamily(SERVER.address())));
			assertThat(player.asServer("greeter.recorded")).hasSize(3)
				.allSatisfy((outcome) -> assertThat(outcome.verdict()).as(outcome.line()).isEqualTo(Verdict.SAME));
		}
	}

}

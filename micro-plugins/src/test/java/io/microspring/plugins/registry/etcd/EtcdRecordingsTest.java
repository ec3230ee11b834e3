package io.microspring.plugins.registry.etcd;

import java.util.List;

import io.microspring.registry.Registry;
import io.microspring.test.recording.Caller;
import io.microspring.test.recording.EtcdFamily;
import io.microspring.test.recording.Outcome;
import io.microspring.test.recording.Outcome.Verdict;
import io.microspring.test.recording.Player;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** The etcd registry against what go-micro wrote to etcd and read there. */
class EtcdRecordingsTest {

	@RegisterExtension
	static final ExternalServer ETCD = new ExternalServer(ServerRecipe.etcd());

	private EtcdShell shell;

	private Player player;

	@BeforeEach
	void play() {
		ETCD.requireOurs();
		this.shell = new EtcdShell(ETCD.address());
		this.player = Player.bundled(List.of(new EtcdFamily(EtcdRecordingsTest::registry, this.shell)));
	}

	@AfterEach
	void stop() {
		if (this.shell != null) {
			this.shell.clear();
			this.shell.close();
		}
	}

	@Test
	void registrationIsWhatGoWrites() {
		assertThat(this.player.asServer()).hasSize(5)
			.allSatisfy((outcome) -> assertThat(outcome.verdict()).as(outcome.line()).isEqualTo(Verdict.SAME));
	}

	@Test
	void lookUpIsWhatGoReads() {
		assertThat(this.player.asClient(Caller.ofNodes())).hasSize(5)
			.allSatisfy((outcome) -> assertThat(outcome.verdict()).as(outcome.line()).isEqualTo(Verdict.SAME));
	}

	/** As for a program that writes and reads elsewhere. */
	@Test
	void registryThatDoesSomethingElseDiffers() {
		Player elsewhere = Player.bundled(List.of(new EtcdFamily((address) -> Registry.memory(), this.shell)))
			.only((recording) -> recording.generation().equals("head"));
		assertThat(elsewhere.asServer()).hasSize(1)
			.extracting(Outcome::detail)
			.allSatisfy((detail) -> assertThat(detail).contains("keys is []"));
		assertThat(elsewhere.asClient(Caller.ofNodes())).hasSize(1)
			.extracting(Outcome::detail)
			.allSatisfy((detail) -> assertThat(detail).contains("look-up of go.micro.srv.greeter is []"));
	}

	private static Registry registry(String address) {
		return new EtcdRegistry(EtcdOptions.defaults().withAddress(address));
	}

}

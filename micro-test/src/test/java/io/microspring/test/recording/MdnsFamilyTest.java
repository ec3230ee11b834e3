package io.microspring.test.recording;

import java.util.List;

import io.microspring.test.recording.Outcome.Verdict;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The mDNS registry against what go-micro programs told each other, of all generations.
 */
class MdnsFamilyTest {

	private final MdnsFamily family = new MdnsFamily();

	private final Player player = Player.bundled("mdns");

	private final Caller noCaller = (call, node) -> {
		throw new IllegalStateException("nothing is called");
	};

	@Test
	void goProgramsAreToldWhatGoTellsThem() {
		assertThat(this.player.asServer()).hasSize(24)
			.allSatisfy((outcome) -> assertThat(outcome.verdict()).as(outcome.line()).isEqualTo(Verdict.SAME));
	}

	@Test
	void goProgramsAreHeardAndFound() {
		assertThat(this.player.asClient(this.noCaller)).hasSize(24)
			.allSatisfy((outcome) -> assertThat(outcome.verdict()).as(outcome.line()).isEqualTo(Verdict.SAME));
	}

	@Test
	void alteredRecordingsDiffer() {
		assertThat(asServer("v2/mdns/grpc-register", "00000078", "0000003c")).singleElement()
			.asString()
			.contains("SRV 1 120 0 0 ")
			.contains("SRV 1 60 0 0 ");
		assertThat(asServer("v1/mdns/mucp-getservice", "\"00008400", "\"00008000")).singleElement()
			.asString()
			.contains("flags 8400 for 8000");
		assertThat(asServer("head/mdns/grpc-listservices", "0021000100000078000a000a", "0021000100000078000a0005"))
			.singleElement()
			.asString()
			.contains("SRV 1 120 10 1 9999 <host> for ")
			.contains("SRV 1 120 5 1 9999 <host>");
		assertThat(asClient("v2/mdns/mucp-getservice", "056d6963726f00000c0001\"", "056d6963726f00000c8001\"")).first()
			.asString()
			.contains("the query: question 1: go.micro.srv.greeter.micro. PTR 1 for ")
			.contains("PTR 32769");
		assertThat(asClient("v1/mdns/grpc-listservices", "go.micro.http.broker\\", "go.micro.http.brother\\"))
			.singleElement()
			.asString()
			.contains("found [go.micro.http.broker, go.micro.srv.greeter] for ");
	}

	private List<String> asServer(String path, String from, String to) {
		return this.family.asServer(altered(path, from, to), "").differences();
	}

	private List<String> asClient(String path, String from, String to) {
		return this.family.asClient(altered(path, from, to), this.noCaller).differences();
	}

	private Recording altered(String path, String from, String to) {
		Recording recording = this.player.recordings()
			.stream()
			.filter((candidate) -> candidate.path().equals(path))
			.findFirst()
			.orElseThrow();
		String json = recording.json().toString();
		assertThat(json).contains(from);
		return Recording.of(recording.generation(), "mdns", JsonMapper.shared().readTree(json.replace(from, to)));
	}

}

package io.microspring.test.recording;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.microspring.registry.Node;
import io.microspring.registry.Service;
import io.microspring.test.recording.DnsReader.Resource;
import org.jspecify.annotations.Nullable;

/**
 * A packet of multicast DNS as something to compare: without its compression, and with
 * the name of the host it came from left out.
 *
 * @param id its id
 * @param flags the second word of its header
 * @param questions its questions: name, type and class
 * @param answers its answers
 * @param authorities what a probe claims
 * @param additionals what it adds
 */
record DnsPacket(int id, int flags, List<String> questions, List<Resource> answers, List<Resource> authorities,
		List<Resource> additionals) {

	private static final int RESPONSE = 0x8000;

	/**
	 * Reads a packet.
	 * @throws IllegalArgumentException when it is none
	 */
	static DnsPacket of(byte[] bytes) {
		return new DnsReader(bytes).packet();
	}

	boolean isResponse() {
		return (this.flags & RESPONSE) != 0;
	}

	/** Whether it asks others whether they have what is claimed. */
	boolean isProbe() {
		return !isResponse() && !this.authorities.isEmpty();
	}

	/**
	 * Whether it tells of nodes, unasked: before they come, when they do, when they go.
	 */
	boolean isNews() {
		return isProbe() || (isResponse() && this.questions.isEmpty());
	}

	boolean isGoodbye() {
		return !this.answers.isEmpty() && this.answers.stream().allMatch((answer) -> answer.ttl() == 0);
	}

	/** Whether it asks for the same name as a question, of whatever type. */
	boolean asksFor(String question) {
		return !isResponse() && !isProbe() && !this.questions.isEmpty()
				&& this.questions.get(0).startsWith(question.substring(0, question.indexOf(' ') + 1));
	}

	/**
	 * How another packet differs, whatever their ids.
	 * @param ours the other
	 * @return a line for each difference
	 */
	List<String> differences(DnsPacket ours) {
		List<String> differences = new ArrayList<>();
		if (ours.flags != this.flags) {
			differences.add("flags " + Integer.toHexString(ours.flags) + " for " + Integer.toHexString(this.flags));
		}
		compare("question", this.questions, ours.questions, differences);
		compare("answer", this.answers, ours.answers, differences);
		compare("authority", this.authorities, ours.authorities, differences);
		compare("additional", this.additionals, ours.additionals, differences);
		return differences;
	}

	private static void compare(String section, List<?> go, List<?> ours, List<String> differences) {
		for (int i = 0; i < Math.max(go.size(), ours.size()); i++) {
			Object expected = (i < go.size()) ? go.get(i) : "none";
			Object found = (i < ours.size()) ? ours.get(i) : "none";
			if (!found.equals(expected)) {
				differences.add(section + " " + (i + 1) + ": " + found + " for " + expected);
			}
		}
	}

	/** The same with the question that v1 leaves out, and newer ones want to see. */
	DnsPacket answering(DnsPacket query) {
		return new DnsPacket(this.id, this.flags, query.questions, this.answers, this.authorities, this.additionals);
	}

	/**
	 * The node that it tells of, and what it belongs to.
	 * @return the service with this node alone, or null when it tells of none
	 */
	@Nullable Service service() {
		Resource port = find("SRV");
		Resource text = find("TXT");
		Resource address = find("A");
		if (port == null || address == null || text == null || !(text.data() instanceof DnsText txt)) {
			return null;
		}
		String tail = "." + txt.service() + ".micro.";
		String host = address.data() + ":" + port.data().toString().split(" ")[2];
		return new Service(txt.service(), txt.version(), Map.of(), txt.endpoints(), List
			.of(new Node(port.name().substring(0, port.name().length() - tail.length()), host, txt.metadata())));
	}

	private @Nullable Resource find(String type) {
		return this.answers.stream().filter((answer) -> answer.type().equals(type)).findFirst().orElse(null);
	}

	/** What its pointers point to, without what they stand under. */
	List<String> listed() {
		return this.answers.stream()
			.filter((answer) -> answer.type().equals("PTR"))
			.map((answer) -> Objects.toString(answer.data()).replace("." + answer.name(), ""))
			.toList();
	}

	/** In short, for a person. */
	String summary() {
		String name = !this.questions.isEmpty() ? this.questions.get(0)
				: this.answers.isEmpty() ? "nothing" : this.answers.get(0).name();
		String what = isResponse() ? "a response" : isProbe() ? "a probe" : "a query";
		return (isGoodbye() ? "a goodbye" : what) + " about " + name;
	}

}

package io.microspring.test.recording;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

import io.microspring.registry.Service;
import tools.jackson.databind.JsonNode;

/**
 * What a recording of multicast DNS holds.
 *
 * @param kind {@code mdns-register}, {@code mdns-deregister}, {@code mdns-getservice} or
 * {@code mdns-listservices}
 * @param packets the packets in their order
 */
record MdnsScript(String kind, List<Packet> packets) {

	static MdnsScript of(Recording recording) {
		List<Packet> packets = new ArrayList<>();
		recording.json().path("packets").forEach((packet) -> packets.add(Packet.of(packet)));
		return new MdnsScript(recording.json().path("name").asString(""), List.copyOf(packets));
	}

	/** What the client asked. */
	Packet query() {
		return this.packets.get(0);
	}

	/** What was sent to the asker alone. */
	List<DnsPacket> replies() {
		return this.packets.stream().filter((packet) -> !packet.toEveryone).map(Packet::dns).toList();
	}

	/** What everyone was told. */
	List<DnsPacket> news() {
		return this.packets.stream().map(Packet::dns).filter(DnsPacket::isNews).toList();
	}

	/** The services that everyone was told of, one entry per node. */
	List<Service> services() {
		return news().stream().map(DnsPacket::service).filter(Objects::nonNull).toList();
	}

	/**
	 * One datagram.
	 *
	 * @param toEveryone whether it went to the group
	 * @param bytes what was in it
	 * @param dns the same, read
	 */
	record Packet(boolean toEveryone, byte[] bytes, DnsPacket dns) {

		private static Packet of(JsonNode json) {
			byte[] bytes = HexFormat.of().parseHex(json.path("hex").asString(""));
			return new Packet(json.path("dst").asString("").startsWith("224."), bytes, DnsPacket.of(bytes));
		}

	}

}

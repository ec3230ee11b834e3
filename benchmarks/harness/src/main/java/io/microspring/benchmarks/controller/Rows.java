package io.microspring.benchmarks.controller;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * All rows. D is a handler on the event loop and an asynchronous client, V a handler on
 * the default executor and a blocking client.
 */
final class Rows {

	private static final List<Row> ALL = List.of(
			// the limits
			Row.of("raw-http1", "raw", "raw.Http1Peer", "netty"), Row.of("raw-tcp", "raw", "raw.TcpPeer", "netty"),
			// grpc-java
			Row.of("grpc-java", "grpc", "grpc.GrpcPeer", "default"),
			Row.of("grpc-java-virtual", "grpc", "grpc.GrpcPeer", "virtual"),
			Row.of("grpc-java-direct", "grpc", "grpc.GrpcPeer", "direct"),
			// ours
			Row.of("mucp-d", "ours", "ours.MicroPeer", "mucp-direct"),
			Row.of("mucp-v", "ours", "ours.MicroPeer", "mucp-default"),
			Row.of("grpc-d", "ours", "ours.MicroPeer", "grpc-direct"),
			Row.of("grpc-v", "ours", "ours.MicroPeer", "grpc-default"));

	private static final Map<String, Row> BY_NAME = ALL.stream()
		.collect(Collectors.toMap(Row::name, Function.identity()));

	private Rows() {
	}

	static List<Row> all() {
		return ALL;
	}

	static Row named(String name) {
		Row row = BY_NAME.get(name);
		if (row == null) {
			throw new IllegalArgumentException(
					"There is no row '" + name + "', but " + ALL.stream().map(Row::name).toList());
		}
		return row;
	}

	static List<Row> named(String... names) {
		return Arrays.stream(names).map(Rows::named).toList();
	}

}

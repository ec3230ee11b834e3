package io.microspring.benchmarks.controller;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.microspring.benchmarks.controller.Row.Ability;

/**
 * All rows: name, module, class in {@code io.microspring.benchmarks}, variant, and
 * whether it makes calls, streams or both. D is a handler on the event loop and an
 * asynchronous client, V a handler on the default executor and a client that waits. A
 * module that is not built fails by itself.
 */
final class Rows {

	private static final String PEERS = """
			raw-http1          raw        raw.Http1Peer          netty          calls
			raw-http1-canned   raw        raw.CannedHttp1Peer    netty          calls
			raw-http1-pipelined  raw      raw.PipelinedHttp1Peer netty          calls
			raw-http2          raw        raw.Http2Peer          netty          calls
			raw-tcp            raw        raw.TcpPeer            netty          both
			grpc-java          grpc       grpc.GrpcPeer          default        both
			grpc-java-virtual  grpc       grpc.GrpcPeer          virtual        both
			grpc-java-direct   grpc       grpc.GrpcPeer          direct         both
			armeria-grpc       armeria    armeria.ArmeriaGrpc    default        both
			armeria-json       armeria    armeria.ArmeriaJson    default        calls
			bolt               bolt       bolt.Bolt              default        calls
			sofa-rpc           bolt       bolt.SofaRpc           default        calls
			dubbo-tcp          dubbo      dubbo.DubboTcp         default        calls
			dubbo-triple       dubbo      dubbo.DubboTriple      default        calls
			helidon            helidon    helidon.HelidonHttp    default        calls
			spring-mvc         springmvc  springmvc.SpringMvc    default        calls
			vertx              vertx      vertx.VertxHttp        default        calls
			mucp-d             ours       ours.MicroPeer         mucp-direct    both
			mucp-v             ours       ours.MicroPeer         mucp-default   both
			mux-d              ours       ours.MicroPeer         mux-direct     both
			mux-v              ours       ours.MicroPeer         mux-default    both
			grpc-d             ours       ours.MicroPeer         grpc-direct    both
			grpc-v             ours       ours.MicroPeer         grpc-default   both
			json-d             ours       ours.MicroPeer         json-direct    calls
			json-v             ours       ours.MicroPeer         json-default   calls
			websocket          ours       ours.WebSocketPeer     default        streams
			spring-d           spring     spring.SpringPeer      mucp-direct    calls
			spring-v           spring     spring.SpringPeer      mucp-default   calls
			spring-mux-d       spring     spring.SpringPeer      mux-direct     calls
			spring-mux-v       spring     spring.SpringPeer      mux-default    calls
			spring-grpc-d      spring     spring.SpringPeer      grpc-direct    calls
			spring-grpc-v      spring     spring.SpringPeer      grpc-default   calls
			observed-d         spring     spring.SpringPeer      mucp-direct-observed   calls
			observed-v         spring     spring.SpringPeer      mucp-default-observed  calls
			""";

	/**
	 * go-micro's own, and the variables of the environment that say where such a program
	 * is; without, there is no such row.
	 */
	private static final Map<String, String> PROGRAMS = Map.of("gomicro-http", "GO_MICRO_HTTP", "gomicro-grpc",
			"GO_MICRO_GRPC", "gomicro-v2-http", "GO_MICRO_V2_HTTP", "gomicro-v2-grpc", "GO_MICRO_V2_GRPC");

	/**
	 * What measures itself, by {@link io.microspring.benchmarks.Probe}; the same columns.
	 */
	private static final String PROBES = """
			local-selector     jmh        jmh.LocalProbe         selector       probe
			local-registry     jmh        jmh.LocalProbe         registry       probe
			local-watch        jmh        jmh.LocalProbe         watch          probe
			local-broker       jmh        jmh.LocalProbe         broker         probe
			local-in-process   jmh        jmh.LocalProbe         in-process     probe
			start-up           spring     spring.StartProbe      mdns           probe
			broker-http        broker     broker.HttpBrokerProbe topics         probe
			kafka              broker     broker.KafkaProbe      raw            probe
			""";

	private static final List<Row> ALL = Stream
		.concat(PEERS.lines().map(Rows::parse), programs(System.getenv()).stream())
		.toList();

	private static final List<Row> ALL_PROBES = PROBES.lines().map(Rows::parse).toList();

	private static final Map<String, Row> BY_NAME = ALL.stream()
		.collect(Collectors.toMap(Row::name, Function.identity()));

	private Rows() {
	}

	private static Row parse(String line) {
		String[] words = line.split(" +");
		return new Row(words[0], words[1], "io.microspring.benchmarks." + words[2], words[3],
				Ability.valueOf(words[4].toUpperCase(Locale.ROOT)));
	}

	static List<Row> programs(Map<String, String> environment) {
		return PROGRAMS.entrySet()
			.stream()
			.filter((program) -> !environment.getOrDefault(program.getValue(), "").isEmpty())
			.sorted(Map.Entry.comparingByKey())
			.map((program) -> Row.program(program.getKey(), environment.get(program.getValue())))
			.toList();
	}

	static List<Row> all() {
		return ALL;
	}

	static List<Row> probes() {
		return ALL_PROBES;
	}

	static boolean has(String name) {
		return BY_NAME.containsKey(name);
	}

	/**
	 * Checks a name that was typed.
	 * @param name the name of a row or a probe
	 * @return the name
	 */
	static String known(String name) {
		return ALL_PROBES.stream().anyMatch((probe) -> probe.name().equals(name)) ? name : named(name).name();
	}

	static Row named(String name) {
		Row row = BY_NAME.get(name);
		if (row == null) {
			throw new IllegalArgumentException(
					"There is no row '" + name + "', but " + ALL.stream().map(Row::name).toList() + " and the probes "
							+ ALL_PROBES.stream().map(Row::name).toList());
		}
		return row;
	}

}

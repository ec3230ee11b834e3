package io.microspring.test.grpc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import io.microspring.registry.Registry;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.test.process.JavaProcess;
import io.microspring.transport.HttpOptions;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * gRPC's own interoperability client, in a JVM and with a class path of its own, against
 * its {@code TestService} as a handler of ours.
 * <p>
 * Of its cases, those are left out that need something beside a server and a client:
 * credentials of a cloud ({@code compute_engine_creds},
 * {@code compute_engine_channel_credentials}, {@code service_account_creds},
 * {@code jwt_token_creds}, {@code oauth2_auth_token}, {@code per_rpc_creds},
 * {@code google_default_credentials}), load reports to a balancer ({@code orca_per_rpc},
 * {@code orca_oob}), and a cache between them that answers a GET
 * ({@code cacheable_unary}).
 */
class InteropTest {

	private static final Path CLASS_PATH = Path.of("target", "grpc-interop.class-path");

	private static Transport transport;

	private static Server server;

	@BeforeAll
	static void start() {
		transport = Transport.http(HttpOptions.defaults().withMaxMessageSize(16 << 20));
		server = Server.builder(Registry.memory())
			.transport(transport)
			.options(ServerOptions.named("grpc.testing")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, Duration.ofSeconds(5)))
			.build()
			.handle(Handler.of("TestService", new InteropService()));
		server.start();
	}

	@AfterAll
	static void stop() {
		server.close();
		transport.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "empty_unary", "large_unary", "client_compressed_unary", "client_compressed_unary_noprobe",
			"server_compressed_unary", "client_streaming", "client_compressed_streaming",
			"client_compressed_streaming_noprobe", "server_streaming", "server_compressed_streaming", "ping_pong",
			"empty_stream", "custom_metadata", "status_code_and_message", "special_status_message",
			"unimplemented_method", "unimplemented_service", "cancel_after_begin", "cancel_after_first_response",
			"timeout_on_sleeping_server", "very_large_request", "pick_first_unary" })
	void caseOfTheInteropClientPasses(String testCase) throws IOException {
		run("--test_case=" + testCase);
	}

	@ParameterizedTest
	@ValueSource(strings = { "rpc_soak", "channel_soak" })
	void manyCallsOfTheInteropClientPass(String testCase) throws IOException {
		// It is not the client's to say how fast this machine is.
		run("--test_case=" + testCase, "--soak_iterations=30", "--soak_per_iteration_max_acceptable_latency_ms=30000",
				"--soak_overall_timeout_seconds=50");
	}

	@ParameterizedTest
	@ValueSource(strings = { "large_unary", "ping_pong", "server_compressed_streaming" })
	void caseOfTheInteropClientPassesOverOkHttp(String testCase) throws IOException {
		run("--test_case=" + testCase, "--use_okhttp=true");
	}

	private static void run(String... options) throws IOException {
		assertThat(CLASS_PATH).as("written by mvn process-test-classes").isRegularFile();
		String[] arguments = new String[options.length + 3];
		arguments[0] = "--server_host=127.0.0.1";
		arguments[1] = "--server_port=" + server.address().substring(server.address().lastIndexOf(':') + 1);
		arguments[2] = "--use_tls=false";
		System.arraycopy(options, 0, arguments, 3, options.length);
		try (JavaProcess client = JavaProcess.start(Files.readString(CLASS_PATH).strip(),
				"io.grpc.testing.integration.TestServiceClient", arguments)) {
			assertThat(client.awaitExit()).as("exit code of %s", client).isZero();
		}
		await().untilAsserted(() -> assertThat(server.stats().inFlight()).isZero());
	}

}

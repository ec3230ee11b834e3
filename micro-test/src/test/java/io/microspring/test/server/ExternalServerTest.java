package io.microspring.test.server;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * A little server of our own stands in the cache; the reports go to a directory of this
 * test.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "its little server is a shell script")
class ExternalServerTest {

	private static final String PROGRAM = """
			public class Little {
				public static void main(String[] arguments) throws Exception {
					try (var server = new java.net.ServerSocket(Integer.parseInt(arguments[0]), 10,
							java.net.InetAddress.getLoopbackAddress())) {
						while (true) {
							server.accept().close();
						}
					}
				}
			}
			""";

	private static final String SCRIPT = """
			#!/bin/sh
			case "$1" in
			  version) echo "Little v1.2.3, built today" ;;
			  serve) exec "%s/bin/java" "$2" "$3" ;;
			  *) echo "unknown: $1"; exit 1 ;;
			esac
			""";

	private final Map<String, String> replaced = new HashMap<>();

	@TempDir
	private Path directory;

	@BeforeEach
	void fillTheCache() throws IOException {
		Path servers = Files.createDirectories(this.directory.resolve("micro-spring-boot/servers"));
		Path script = Files.writeString(servers.resolve("little-server"),
				SCRIPT.formatted(System.getProperty("java.home")));
		Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
		set("XDG_CACHE_HOME", this.directory.toString());
		set("micro.test.backends", this.directory.resolve("backends.txt").toString());
		set("micro.test.skip-is-failure", "false");
	}

	@AfterEach
	void restoreProperties() {
		this.replaced.forEach((name, value) -> {
			if (value == null) {
				System.clearProperty(name);
			}
			else {
				System.setProperty(name, value);
			}
		});
	}

	@Test
	void serverStaysAtItsAddressOverAKillAndARestart() throws Exception {
		ExternalServer server = new ExternalServer(recipe("little-server", "serve"));
		server.beforeAll(null);
		try {
			assertThat(server.version()).isEqualTo("1.2.3");
			String address = server.address();
			assertThat(answers(address)).isTrue();
			server.kill();
			assertThat(answers(address)).isFalse();
			server.start();
			assertThat(server.address()).isEqualTo(address);
			assertThat(answers(address)).isTrue();
			server.stop();
			assertThat(answers(address)).isFalse();
		}
		finally {
			server.afterAll(null);
		}
		assertThat(reported()).containsExactly("backend little-server version=1.2.3 run");
	}

	@Test
	void serverInTheCacheGoesBeforeTheOneOnThePath() throws Exception {
		Path servers = this.directory.resolve("micro-spring-boot/servers");
		Files.copy(servers.resolve("little-server"), servers.resolve("sh"), StandardCopyOption.COPY_ATTRIBUTES);
		ExternalServer server = new ExternalServer(recipe("sh", "serve"));
		server.beforeAll(null);
		try {
			assertThat(server.version()).isEqualTo("1.2.3");
		}
		finally {
			server.afterAll(null);
		}
	}

	@Test
	void serverRunsWithThoseThatItNeeds() throws Exception {
		Path servers = this.directory.resolve("micro-spring-boot/servers");
		Files.copy(servers.resolve("little-server"), servers.resolve("sh"), StandardCopyOption.COPY_ATTRIBUTES);
		ExternalServer needed = new ExternalServer(recipe("little-server", "serve"));
		ExternalServer server = new ExternalServer(recipe("sh", "serve"), needed);
		server.beforeAll(null);
		try {
			assertThat(answers(needed.address())).isTrue();
			server.kill();
			assertThat(answers(needed.address())).isTrue();
		}
		finally {
			server.afterAll(null);
		}
		assertThat(answers(needed.address())).isFalse();
		ExternalServer lacking = new ExternalServer(recipe("sh", "serve"),
				new ExternalServer(recipe("no-such-server", "serve")));
		assertThat(lacking.evaluateExecutionCondition(ofTheClass()).getReason())
			.hasValueSatisfying((reason) -> assertThat(reason).startsWith("sh: no no-such-server in "));
	}

	@Test
	void serverThatIsNotThereIsSkippedWithTheReason() {
		ConditionEvaluationResult result = new ExternalServer(recipe("no-such-server", "serve"))
			.evaluateExecutionCondition(ofTheClass());
		assertThat(result.isDisabled()).isTrue();
		assertThat(result.getReason())
			.hasValueSatisfying((reason) -> assertThat(reason).contains("no no-such-server in " + this.directory)
				.contains("on the path"));
		assertThat(reported()).singleElement().asString().startsWith("backend no-such-server skipped: no ");
	}

	@Test
	void serverThatIsNotThereIsAFailureWhereItMustBe() {
		set("micro.test.skip-is-failure", "true");
		ExternalServer server = new ExternalServer(recipe("no-such-server", "serve"));
		assertThat(server.evaluateExecutionCondition(ofTheClass()).isDisabled()).isFalse();
		assertThatIllegalStateException().isThrownBy(() -> server.beforeAll(null))
			.withMessageContaining("no-such-server");
	}

	@Test
	void serverThatEndsAtOnceIsShownWithWhatItSaid() throws Exception {
		ExternalServer server = new ExternalServer(recipe("little-server", "sing"));
		assertThatIllegalStateException().isThrownBy(() -> server.beforeAll(null))
			.withMessageContaining("unknown: sing");
		server.afterAll(null);
	}

	@Test
	void serverThatRunsAlreadyIsUsedAndNotTouched() throws Exception {
		set("LITTLE_SERVER_ADDRESS", "192.0.2.1:4711");
		ExternalServer server = new ExternalServer(recipe("little-server", "serve"));
		server.beforeAll(null);
		assertThat(server.address()).isEqualTo("192.0.2.1:4711");
		assertThatExceptionOfType(TestAbortedException.class).isThrownBy(server::restart);
		server.afterAll(null);
	}

	private static ServerRecipe recipe(String name, String verb) {
		return new ServerRecipe(name, List.of("main"), Map.of("Little.java", PROGRAM),
				List.of(verb, "{dir}/Little.java", "{main}"), List.of("version"), ExternalServerTest::answers);
	}

	private static boolean answers(String address) {
		int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
			return socket.getInputStream().read() == -1;
		}
		catch (IOException ex) {
			return false;
		}
	}

	/** All that is asked of a context here: that it is not that of a method. */
	private static ExtensionContext ofTheClass() {
		return (ExtensionContext) Proxy.newProxyInstance(ExtensionContext.class.getClassLoader(),
				new Class<?>[] { ExtensionContext.class }, (proxy, method, arguments) -> Optional.empty());
	}

	private List<String> reported() {
		try {
			return Files.readAllLines(this.directory.resolve("backends.txt"));
		}
		catch (IOException ex) {
			return List.of();
		}
	}

	private void set(String name, String value) {
		String former = System.setProperty(name, value);
		if (!this.replaced.containsKey(name)) {
			this.replaced.put(name, former);
		}
	}

}

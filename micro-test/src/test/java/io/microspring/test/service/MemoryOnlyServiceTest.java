package io.microspring.test.service;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.management.JMException;
import javax.management.ObjectName;

import io.microspring.broker.Broker;
import io.microspring.client.Request;
import io.microspring.registry.Registry;
import io.microspring.server.Handler;
import io.microspring.server.Subscriber;
import io.microspring.service.MicroService;
import io.microspring.test.process.JavaProcess;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A service whose every part is in memory, in a JVM that did nothing else: it opens no
 * socket and starts no event loop.
 */
class MemoryOnlyServiceTest {

	@Test
	void memoryOnlyServiceOpensNoSocketAndStartsNoEventLoop() {
		try (JavaProcess process = JavaProcess.start(Program.class, "memory")) {
			assertThat(process.awaitExit()).as(process.toString()).isZero();

			assertThat(process.lines()).contains("answer: Hello John", "event: good news", "sockets: []", "objects: []",
					"threads: []");
		}
	}

	/** The same eyes do see sockets and event loops where there are some. */
	@Test
	void sameServiceOverHttpHasThem() {
		try (JavaProcess process = JavaProcess.start(Program.class, "http")) {
			assertThat(process.awaitExit()).as(process.toString()).isZero();

			assertThat(process.lines()).contains("answer: Hello John", "event: good news")
				.doesNotContain("objects: []", "threads: []");
			assertThat(process.awaitLine("^objects: ")).contains("EventLoop");
			assertThat(process.awaitLine("^threads: ")).contains("micro-http");
			if (Files.exists(Program.DESCRIPTORS)) {
				assertThat(process.awaitLine("^sockets: ")).contains("socket:[");
			}
		}
	}

	@SuppressWarnings("checkstyle:RegexpSinglelineJava")
	static final class Program {

		static final Path DESCRIPTORS = Path.of("/proc/self/fd");

		private static final Pattern NETWORKING = Pattern
			.compile("\\s((?:java\\.net\\.(?:Server|Datagram|Multicast)?Socket"
					+ "|sun\\.nio\\.ch\\.(?:\\w*SocketImpl|(?:Server)?SocketChannelImpl|DatagramChannelImpl|\\w*SelectorImpl)"
					+ "|io\\.netty\\.channel\\.[\\w.]*(?:EventLoop|EventLoopGroup|IoHandler)))(?=\\s)");

		private static final Pattern THREADS = Pattern.compile("micro-(?:http|mdns|resolver).*|.*[eE]ventLoop.*");

		public static void main(String[] args) throws Exception {
			BlockingQueue<Object> events = new LinkedBlockingQueue<>();
			Set<String> ofTheJvm = Set.copyOf(sockets());
			try (Transport transport = args[0].equals("http") ? Transport.http() : Transport.memory();
					MicroService service = MicroService.named("greeter")
						.registry(Registry.memory())
						.transport(transport)
						.broker(Broker.memory())
						.address("127.0.0.1:0")
						.server((options) -> options.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
						.handle(Handler.named("Say")
							.unary("Hello", String.class, String.class, (call) -> "Hello " + call.request())
							.build())
						.subscribe(Subscriber.of("news", String.class,
								(delivery) -> events.add(String.valueOf(delivery.payload()))))
						.build()) {
				service.start();
				System.out.println(
						"answer: " + service.client().call(Request.of("greeter", "Say.Hello", "John"), String.class));
				service.client().publish("news", "good news");
				System.out.println("event: " + events.poll(10, TimeUnit.SECONDS));
				System.out
					.println("sockets: " + sockets().stream().filter((socket) -> !ofTheJvm.contains(socket)).toList());
				System.out.println("objects: " + objects());
				System.out.println("threads: " + Thread.getAllStackTraces()
					.keySet()
					.stream()
					.map(Thread::getName)
					.filter((name) -> THREADS.matcher(name).matches())
					.toList());
			}
		}

		/**
		 * The open files of this process that are sockets; none where nobody can tell.
		 */
		private static List<String> sockets() throws IOException {
			if (!Files.exists(DESCRIPTORS)) {
				return List.of();
			}
			// For files, too, the JDK opens a pair of sockets once, which never connect.
			try (FileChannel any = FileChannel.open(DESCRIPTORS.resolveSibling("status"));
					Stream<Path> files = Files.list(DESCRIPTORS)) {
				return files.map(Program::target).filter((target) -> target.startsWith("socket:")).toList();
			}
		}

		private static String target(Path link) {
			try {
				return Files.readSymbolicLink(link).toString();
			}
			catch (IOException ex) {
				// closed meanwhile: the listing's own
				return "";
			}
		}

		/** What the heap holds, what is no longer in use included. */
		private static List<String> objects() throws JMException {
			Object histogram = ManagementFactory.getPlatformMBeanServer()
				.invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"), "gcClassHistogram",
						new Object[] { new String[] { "-all" } }, new String[] { String[].class.getName() });
			return NETWORKING.matcher(histogram.toString()).results().map((found) -> found.group(1)).toList();
		}

	}

}

package io.microspring.docs;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.microspring.broker.Broker;
import io.microspring.broker.SubscribeOptions;
import io.microspring.broker.Subscription;
import io.microspring.call.MicroEndpoint;
import io.microspring.call.Stream;
import io.microspring.client.CallFunction;
import io.microspring.client.CallInterceptor;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.Hedging;
import io.microspring.client.Request;
import io.microspring.docs.GreeterApplication.Greeting;
import io.microspring.docs.GreeterApplication.Name;
import io.microspring.errors.MicroException;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.plugins.registry.consul.ConsulOptions;
import io.microspring.plugins.registry.consul.ConsulRegistry;
import io.microspring.plugins.registry.dns.DnsOptions;
import io.microspring.plugins.registry.dns.DnsRegistry;
import io.microspring.plugins.registry.etcd.EtcdOptions;
import io.microspring.plugins.registry.etcd.EtcdRegistry;
import io.microspring.plugins.registry.gossip.GossipOptions;
import io.microspring.plugins.registry.gossip.GossipRegistry;
import io.microspring.plugins.registry.kubernetes.KubernetesOptions;
import io.microspring.plugins.registry.kubernetes.KubernetesRegistry;
import io.microspring.plugins.registry.nats.NatsOptions;
import io.microspring.plugins.registry.nats.NatsRegistry;
import io.microspring.registry.CacheOptions;
import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.registry.StaticOptions;
import io.microspring.selector.EjectionOptions;
import io.microspring.selector.Filter;
import io.microspring.selector.Selector;
import io.microspring.selector.SelectorOptions;
import io.microspring.selector.Strategy;
import io.microspring.server.Call;
import io.microspring.server.HandlerFunction;
import io.microspring.server.HandlerInterceptor;
import io.microspring.service.MicroService;
import io.microspring.transport.HttpOptions;
import io.microspring.transport.Inbox;
import io.microspring.transport.Listener;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.TlsBundle;
import io.microspring.transport.TlsOptions;
import io.microspring.transport.Transport;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * The Java of the pages in {@code docs}, run. {@link DocumentationTest} checks that the
 * pages show it as it is here.
 */
class ConceptPagesTest {

	@Test
	void gossipRegistryPage() {
		String secret = "sixteen bytes  1";
		GossipOptions options = GossipOptions.defaults()
			.withSeeds("gossip-1:7946,gossip-2:7946")
			.withBindAddress("0.0.0.0:7946")
			.withSecret(secret);
		Registry registry = Registry.cached(new GossipRegistry(options), CacheOptions.defaults());
		assertThat(registry).hasToString("cached gossip with gossip-1:7946, gossip-2:7946");
		registry.close();
	}

	@Test
	void kubernetesRegistryPage() {
		String pod = "greeter-0";
		KubernetesOptions options = KubernetesOptions.defaults().withPod(pod).withTimeout(Duration.ofSeconds(5));
		Registry registry = Registry.cached(new KubernetesRegistry(options), CacheOptions.defaults());
		assertThat(registry.toString()).startsWith("cached kubernetes at ");
		registry.close();
	}

	@Test
	void consulRegistryPage(@TempDir Path directory) throws Exception {
		String token = "secret";
		Path authority = authority(directory);
		ConsulOptions options = ConsulOptions.defaults()
			.withAddress("consul:8500")
			.withToken(token)
			.withCheck(ConsulOptions.Check.tcp(Duration.ofSeconds(10)))
			.withTls(TlsOptions.client().withTrustCertificate(authority));
		Registry registry = Registry.cached(new ConsulRegistry(options), CacheOptions.defaults());
		assertThat(registry).hasToString("cached consul at consul:8500");
		registry.close();
	}

	@Test
	void dnsRegistryPage() {
		DnsOptions options = DnsOptions.defaults()
			.withAddress("10.0.0.2,10.0.0.3")
			.withDomain("fleet.example.com")
			.withTtl(Duration.ofSeconds(1), Duration.ofSeconds(30));
		Registry registry = Registry.cached(new DnsRegistry(options), CacheOptions.defaults());
		assertThat(registry).hasToString("cached dns at 10.0.0.2:53, 10.0.0.3:53");
		registry.close();
	}

	@Test
	void etcdRegistryPage(@TempDir Path directory) throws Exception {
		String password = "secret";
		Path authority = authority(directory);
		EtcdOptions options = EtcdOptions.defaults()
			.withAddress("etcd-1:2379,etcd-2:2379,etcd-3:2379")
			.withCredentials("fleet", password)
			.withTls(TlsOptions.client().withTrustCertificate(authority));
		Registry registry = Registry.cached(new EtcdRegistry(options), CacheOptions.defaults());
		assertThat(registry).hasToString("cached etcd at etcd-1:2379, etcd-2:2379, etcd-3:2379");
		registry.close();
	}

	private static Path authority(Path directory) throws Exception {
		return Files.writeString(directory.resolve("authority.pem"),
				new CertificateBuilder().ecp256()
					.subject("CN=authority")
					.setIsCertificateAuthority(true)
					.buildSelfSigned()
					.getCertificatePEM());
	}

	@Test
	void natsRegistryPage(@TempDir Path directory) throws Exception {
		String password = "secret";
		Path authority = authority(directory);
		NatsOptions options = NatsOptions.defaults()
			.withAddress("nats-1:4222,nats-2:4222,nats-3:4222")
			.withCredentials("fleet", password)
			.withTls(TlsOptions.client().withTrustCertificate(authority));
		Registry registry = Registry.cached(new NatsRegistry(options), CacheOptions.defaults());
		assertThat(registry).hasToString("cached nats at nats-1:4222, nats-2:4222, nats-3:4222");
		registry.close();
	}

	@Test
	void registryPage() {
		List<Change> changes = new CopyOnWriteArrayList<>();

		Registry registry = Registry.memory();
		Registry.Watcher watcher = registry.watch("greeter", changes::add);
		Service service = Service.of("greeter", "latest", Node.of("greeter-1", "127.0.0.1:9090"));
		registry.register(service, Duration.ofSeconds(60));
		List<Service> versions = registry.get("greeter");
		registry.deregister(service);
		assertThat(versions).containsExactly(service);
		await().untilAsserted(() -> assertThat(changes).extracting(Change::action)
			.contains(Change.Action.CREATE, Change.Action.DELETE));
		watcher.close();
	}

	@Test
	void staticRegistryOfThePage() {
		Registry registry = Registry.fixed(
				StaticOptions.defaults().withNode("greeter", "10.0.0.1:9090").withPattern("{service}.fleet.svc:8080"));
		assertThat(registry.get("greeter")).hasSize(1);
		registry.close();
	}

	@Test
	void severalRegistriesOfThePage() {
		ConsulOptions consul = ConsulOptions.defaults();
		Registry registry = Registry.multi(List.of(Registry.mdns(), new ConsulRegistry(consul)));
		assertThat(registry.name()).isEqualTo("mdns,consul");
		registry.close();
	}

	@Test
	void selectorPage() {
		Registry registry = Registry.memory();
		for (String zone : List.of("eu", "us")) {
			registry.register(Service.of("greeter", "latest",
					new Node("greeter-" + zone, "127.0.0.1:9090", Map.of("zone", zone))), Duration.ZERO);
		}

		Selector selector = Selector.of(Registry.cached(registry, CacheOptions.defaults()), Strategy.roundRobin());
		Node node = selector.select("greeter", Filter.version("latest"), Filter.metadata("zone", "eu"));
		selector.mark("greeter", node, null);

		Strategy canary = Strategy.versionSplit(Map.of("1.9", 90, "1.10", 10), Strategy.powerOfTwoChoices());
		Strategy here = Strategy.prefer("zone", "eu", 0.5, Strategy.leastConnections());
		Strategy ofTenant = Strategy.hash("X-Tenant");

		Strategy quickest = (nodes, call) -> {
			int best = 0;
			long now = System.nanoTime();
			for (int i = 1; i < nodes.size(); i++) {
				best = (nodes.latency(i, now) < nodes.latency(best, now)) ? i : best;
			}
			return best;
		};

		CallOptions options = CallOptions.defaults()
			.withStrategy(Strategy.sticky(Strategy.random()))
			.withKey("user-7")
			.withFilter(Filter.newestVersion());

		SelectorOptions gentle = SelectorOptions.defaults()
			.withStrategy(Strategy.powerOfTwoChoices())
			.withEjection(EjectionOptions.defaults().withFailures(5).withMaxShare(0.3))
			.withSlowStart(Duration.ofSeconds(30));

		for (Strategy strategy : List.of(canary, here, ofTenant, quickest, gentle.strategy())) {
			assertThat(Selector.of(registry, gentle.withStrategy(strategy)).select("greeter").id())
				.startsWith("greeter-");
		}
		assertThat(options.key()).isEqualTo("user-7");
		assertThat(node.id()).isEqualTo("greeter-eu");
	}

	@Test
	void transportPage() throws InterruptedException {
		Transport transport = Transport.http();
		Listener listener = transport.listen("127.0.0.1:0", (socket) -> socket.receive(new Echo(socket)));
		Socket socket = transport.dial(listener.address(), Duration.ofSeconds(5)).join();
		Inbox inbox = Inbox.of(socket);
		socket.send(new Message(Metadata.of("Micro-Id", "1"), "hello".getBytes(StandardCharsets.UTF_8)));
		Message echo = inbox.take(Duration.ofSeconds(5));
		transport.close();

		assertThat(echo.body()).asString().isEqualTo("hello");
	}

	@Test
	void tlsPage(@TempDir Path directory) throws Exception {
		X509Bundle bundle = new CertificateBuilder().ecp256()
			.subject("CN=greeter")
			.addSanIpAddress("127.0.0.1")
			.setIsCertificateAuthority(true)
			.buildSelfSigned();
		Path certificate = Files.writeString(directory.resolve("server.pem"), bundle.getCertificatePathPEM());
		Path privateKey = Files.writeString(directory.resolve("key.pem"), bundle.getPrivateKeyPEM());
		Path authority = certificate;
		HttpOptions options = HttpOptions.defaults()
			.withServerTls(TlsOptions.server(certificate, privateKey))
			.withClientTls(TlsOptions.client().withTrustCertificate(authority));
		Transport transport = Transport.http(options);
		Listener listener = transport.listen("127.0.0.1:0", (socket) -> socket.receive(new Echo(socket)));
		assertThat(transport.dial(listener.address(), Duration.ofSeconds(5)).join().isOpen()).isTrue();
		transport.close();

		TlsBundle keys = TlsBundle.of(bundle.toKeyManagerFactory(), bundle.toTrustManagerFactory());
		Supplier<TlsBundle> source = () -> keys;
		TlsOptions renewed = TlsOptions.client().withBundle(source).withClientAuth(TlsOptions.ClientAuth.NEED);
		try (Transport mutual = Transport.http(
				HttpOptions.defaults().withServerTls(renewed).withClientTls(TlsOptions.client().withBundle(source)))) {
			Listener port = mutual.listen("127.0.0.1:0", (socket) -> socket.receive(new Echo(socket)));
			assertThat(mutual.openStream(port.address(), Duration.ofSeconds(5)).join().isOpen()).isTrue();
		}
	}

	@Test
	void brokerPage() throws InterruptedException {
		BlockingQueue<Message> archive = new LinkedBlockingQueue<>();

		Broker broker = Broker.memory();
		Subscription subscription = broker.subscribe("news", SubscribeOptions.defaults().withQueue("archive"),
				(event) -> archive.add(event.message()));
		broker.publish("news", new Message(Metadata.of("X-Kind", "daily"), "good".getBytes(StandardCharsets.UTF_8)));

		Message message = archive.poll(5, TimeUnit.SECONDS);
		subscription.close();
		broker.close();
		assertThat(message).isNotNull();
		assertThat(message.header("x-kind")).isEqualTo("daily");
	}

	@Test
	void serverClientAndServicePages() {
		Registry registry = Registry.memory();
		try (MicroService service = chat(registry)) {
			Client client = service.client();

			Greeting greeting = client.call(Request.of("chat", "Chat.Hello", new Name("John")), Greeting.class);

			CallOptions options = CallOptions.defaults()
				.withTimeout(Duration.ofMillis(500))
				.withIdempotent(true)
				.withRetries(2)
				.withFilter(Filter.version("2"))
				.withMetadata("X-Tenant", "acme");
			CompletableFuture<Greeting> later = client.callAsync(Request.of("chat", "Chat.Hello", new Name("Jane")),
					Greeting.class, options);

			CallOptions hedged = CallOptions.defaults().withIdempotent(true).withHedging(Hedging.percentile(0.95));
			assertThat(client.call(Request.of("chat", "Chat.Hello", new Name("Jill")), Greeting.class, hedged).msg())
				.isEqualTo("Hello Jill");

			ChatClient chat = client.proxy("chat", ChatClient.class);
			try (Stream<Name, Greeting> stream = chat.chat()) {
				stream.send(new Name("Jim"));
				assertThat(stream.receive()).isEqualTo(new Greeting("Hello Jim"));
			}
			try (Stream<Void, Greeting> answers = chat.count(new Name("Joe"))) {
				assertThat(answers.received()).hasSize(3);
			}
			assertThat(chat.helloLater(new Name("Jack")).join().msg()).isEqualTo("Hello Jack");
			assertThat(greeting.msg()).isEqualTo("Hello John");
			assertThat(later.join().msg()).isEqualTo("Hello Jane");
			assertThatExceptionOfType(MicroException.class).isThrownBy(() -> chat.hello(new Name("")))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(400));
		}
	}

	private static MicroService chat(Registry registry, String... args) {
		MicroService service = MicroService.named("chat")
			.version("2")
			.address("127.0.0.1:0")
			.registry(registry)
			.handle(new Chat())
			.interceptHandlers(new Admission())
			.interceptCalls(new Timing())
			.arguments(args)
			.build();
		service.start();
		return service;
	}

	interface ChatClient {

		Greeting hello(Name in);

		@MicroEndpoint(name = "Hello", timeout = "500ms", idempotent = true)
		CompletableFuture<Greeting> helloLater(Name in);

		Stream<Void, Greeting> count(Name in);

		@MicroEndpoint(name = "Count")
		Flow.Publisher<Greeting> countPublished(Name in);

		Stream<Name, Greeting> chat();

	}

	static class Chat {

		public Greeting hello(Name in, Call call) {
			if (in.name().isBlank()) {
				throw MicroException.badRequest(call.service(), "a name is needed");
			}
			return new Greeting("Hello " + in.name());
		}

		public void count(Name in, Stream<Greeting, Name> answers) {
			for (int i = 1; i <= 3; i++) {
				answers.send(new Greeting(in.name() + " " + i));
			}
		}

		public void chat(Stream<Greeting, Name> stream) {
			for (Name name : stream.received()) {
				stream.send(new Greeting("Hello " + name.name()));
			}
		}

		@MicroEndpoint(exposed = false)
		public void notAnEndpoint() {
		}

	}

	static class Admission implements HandlerInterceptor {

		@Override
		public HandlerFunction apply(HandlerFunction next) {
			return (call) -> {
				if ("blocked".equals(call.metadata().get("X-Tenant"))) {
					throw MicroException.forbidden(call.service(), "not your service");
				}
				return next.handle(call);
			};
		}

	}

	static class Timing implements CallInterceptor {

		private final List<Duration> times = new ArrayList<>();

		@Override
		public CallFunction apply(CallFunction next) {
			return (call) -> {
				long start = System.nanoTime();
				return next.call(call)
					.whenComplete((answer, failure) -> this.times.add(Duration.ofNanos(System.nanoTime() - start)));
			};
		}

	}

	private record Echo(Socket socket) implements Receiver {

		@Override
		public void onMessage(Message message) {
			this.socket.send(message);
		}

		@Override
		public void onClosed(@Nullable Throwable cause) {
		}

	}

}

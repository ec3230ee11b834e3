package io.microspring.test.server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * How one kind of server is run. In the texts of files, arguments and variables
 * {@code {port}} stands for a port by its name, {@code {dir}} for the server's own
 * directory, and {@code {name}} and {@code {name.port}} for the address of a server that
 * it needs, and the port of that. Immutable.
 *
 * @param name the name of the server and of its binary
 * @param ports names of the ports it needs; the first is the one that clients use
 * @param files names to texts of the files that lie in its directory before it starts
 * @param arguments what follows the binary on the command line
 * @param versionArguments what makes the binary print its version and end; none for one
 * that cannot, which stands in a directory named after it
 * @param ready whether the server at an address can be used
 * @param environment variables to set
 * @param places directories to look for the binary in besides those of every server
 */
public record ServerRecipe(String name, List<String> ports, Map<String, String> files, List<String> arguments,
		List<String> versionArguments, ReadyCheck ready, Map<String, String> environment, List<String> places) {

	private static final String CONSUL_CONFIG = """
			ports {
			  http = {http}
			  dns = {dns}
			  serf_lan = {serf-lan}
			  serf_wan = {serf-wan}
			  server = {server}
			  https = -1
			  grpc = -1
			  grpc_tls = -1
			}
			disable_update_check = true
			log_level = "WARN"
			""";

	public ServerRecipe {
		ports = List.copyOf(ports);
		files = Map.copyOf(files);
		arguments = List.copyOf(arguments);
		versionArguments = List.copyOf(versionArguments);
		environment = Map.copyOf(environment);
		places = List.copyOf(places);
	}

	/**
	 * A server that needs no variables and is found as every other.
	 * @param name the name of the server and of its binary
	 * @param ports names of the ports it needs
	 * @param files names to texts of the files in its directory
	 * @param arguments what follows the binary on the command line
	 * @param versionArguments what makes the binary print its version and end
	 * @param ready whether the server at an address can be used
	 */
	public ServerRecipe(String name, List<String> ports, Map<String, String> files, List<String> arguments,
			List<String> versionArguments, ReadyCheck ready) {
		this(name, ports, files, arguments, versionArguments, ready, Map.of(), List.of());
	}

	/**
	 * A Consul agent in development mode: it keeps everything in memory, so that a
	 * restart makes it forget.
	 * @return the recipe
	 */
	public static ServerRecipe consul() {
		return consul(Map.of("consul.hcl", CONSUL_CONFIG),
				(address) -> httpGet(address, "/v1/status/leader").length() > 2);
	}

	/**
	 * The same with access control: without a token nothing is allowed.
	 * @param token a UUID that allows everything
	 * @return the recipe
	 */
	public static ServerRecipe consulWithAcl(String token) {
		return consul(Map.of("consul.hcl", CONSUL_CONFIG + """
				acl {
				  enabled = true
				  default_policy = "deny"
				  tokens {
				    initial_management = "{token}"
				    agent = "{token}"
				  }
				}
				""".replace("{token}", token)),
				(address) -> httpGet(address, "/v1/catalog/services", "X-Consul-Token", token).contains("consul"));
	}

	/**
	 * The same over TLS, which lets in whom the authority vouches for.
	 * @param certificate its certificate, as PEM
	 * @param privateKey the key of that, as PEM
	 * @param authority who vouches for clients, as PEM
	 * @return the recipe
	 */
	public static ServerRecipe consulWithTls(String certificate, String privateKey, String authority) {
		return consul(Map.of("certificate.pem", certificate, "key.pem", privateKey, "authority.pem", authority,
				"consul.hcl",
				CONSUL_CONFIG.replace("http = {http}", "http = -1").replace("https = -1", "https = {http}") + """
						tls {
						  https {
						    cert_file = "{dir}/certificate.pem"
						    key_file = "{dir}/key.pem"
						    ca_file = "{dir}/authority.pem"
						    verify_incoming = true
						  }
						}
						"""), ServerRecipe::accepts);
	}

	/**
	 * A Consul agent that is no server, and a member of no cluster until it is told of
	 * one. It keeps what was registered with it over a restart, unless told to forget it,
	 * and stays the same machine for the servers.
	 * @return the recipe
	 */
	public static ServerRecipe consulClient() {
		return new ServerRecipe("consul", List.of("http", "dns", "serf-lan", "serf-wan", "server"),
				Map.of("consul.hcl", CONSUL_CONFIG),
				List.of("agent", "-node", "client-{http}", "-node-id", "00000000-0000-0000-0000-0000000{http}",
						"-data-dir", "{dir}/data", "-bind", "127.0.0.1", "-client", "127.0.0.1", "-config-file",
						"{dir}/consul.hcl"),
				List.of("version"), (address) -> httpGet(address, "/v1/agent/self").contains("client-"));
	}

	private static ServerRecipe consul(Map<String, String> files, ReadyCheck ready) {
		return new ServerRecipe(
				"consul", List.of("http", "dns", "serf-lan", "serf-wan", "server"), files, List.of("agent", "-dev",
						"-bind", "127.0.0.1", "-client", "127.0.0.1", "-config-file", "{dir}/consul.hcl"),
				List.of("version"), ready);
	}

	/**
	 * A member of etcd that is a cluster by itself. It keeps what it knows over a
	 * restart, unless told to forget it.
	 * @return the recipe
	 */
	public static ServerRecipe etcd() {
		return new ServerRecipe("etcd", List.of("client", "peer"), Map.of(), etcdArguments("http", List.of()),
				List.of("--version"), (address) -> httpGet(address, "/health").contains("true"));
	}

	/**
	 * The same over TLS, which lets in whom the authority vouches for.
	 * @param certificate its certificate, as PEM
	 * @param privateKey the key of that, as PEM
	 * @param authority who vouches for clients, as PEM
	 * @return the recipe
	 */
	public static ServerRecipe etcdWithTls(String certificate, String privateKey, String authority) {
		return new ServerRecipe("etcd", List.of("client", "peer"),
				Map.of("certificate.pem", certificate, "key.pem", privateKey, "authority.pem", authority),
				etcdArguments("https",
						List.of("--cert-file", "{dir}/certificate.pem", "--key-file", "{dir}/key.pem",
								"--client-cert-auth", "--trusted-ca-file", "{dir}/authority.pem")),
				List.of("--version"), ServerRecipe::accepts);
	}

	/**
	 * A Kubernetes API server with roles (RBAC), and without the rest of a cluster:
	 * nobody runs the pods or keeps the endpoints of Services. It needs the server
	 * {@code etcd}, where all of it is kept.
	 * @param certificate its certificate, for 127.0.0.1, as PEM
	 * @param privateKey the key of that, as PEM; it signs tokens too
	 * @param tokens who may come, a {@code token,user,uid,"group"} on each line
	 * @return the recipe
	 */
	public static ServerRecipe kubernetes(String certificate, String privateKey, String tokens) {
		SSLContext tls = believing(certificate);
		return new ServerRecipe("kubernetes", List.of("https"),
				Map.of("certificate.pem", certificate, "key.pem", privateKey, "tokens.csv", tokens),
				// A documentation address: it must not be of the loopback, and nobody
				// asks it.
				List.of("--etcd-servers=http://{etcd}", "--bind-address=127.0.0.1", "--secure-port={https}",
						"--advertise-address=192.0.2.1", "--endpoint-reconciler-type=none", "--cert-dir={dir}/certs",
						"--tls-cert-file={dir}/certificate.pem", "--tls-private-key-file={dir}/key.pem",
						"--service-account-issuer=https://kubernetes.default.svc",
						"--service-account-key-file={dir}/certificate.pem",
						"--service-account-signing-key-file={dir}/key.pem", "--service-cluster-ip-range=10.0.0.0/24",
						"--token-auth-file={dir}/tokens.csv", "--authorization-mode=RBAC",
						// No controller makes the accounts that it would ask for.
						"--disable-admission-plugins=ServiceAccount"),
				List.of("--version"),
				(address) -> get(HttpClient.newBuilder().sslContext(tls).build(), "https://" + address + "/readyz")
					.equals("ok"));
	}

	private static SSLContext believing(String certificate) {
		try {
			KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
			authorities.load(null, null);
			authorities.setCertificateEntry("authority", CertificateFactory.getInstance("X.509")
				.generateCertificate(new ByteArrayInputStream(certificate.getBytes(StandardCharsets.US_ASCII))));
			TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
			trust.init(authorities);
			SSLContext tls = SSLContext.getInstance("TLS");
			tls.init(null, trust.getTrustManagers(), null);
			return tls;
		}
		catch (GeneralSecurityException | IOException ex) {
			throw new IllegalArgumentException("Not a certificate: " + ex.getMessage(), ex);
		}
	}

	/**
	 * A member of a cluster by hashicorp's memberlist, written in Go, that does what
	 * go-micro's gossip registry does. Its address is where it is told what to do, by
	 * HTTP.
	 * @param more further arguments, such as {@code --secret}
	 * @return the recipe
	 */
	public static ServerRecipe memberlist(String... more) {
		List<String> arguments = new ArrayList<>(
				List.of("--control", "127.0.0.1:{control}", "--bind", "127.0.0.1:{gossip}"));
		arguments.addAll(List.of(more));
		return new ServerRecipe("memberlist", List.of("control", "gossip"), Map.of(), arguments, List.of("--version"),
				(address) -> !httpGet(address, "/address").isEmpty());
	}

	private static List<String> etcdArguments(String scheme, List<String> more) {
		String client = scheme + "://127.0.0.1:{client}";
		String peer = "http://127.0.0.1:{peer}";
		List<String> arguments = new ArrayList<>(List.of("--name", "test", "--data-dir", "{dir}/data",
				"--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer,
				"--initial-advertise-peer-urls", peer, "--initial-cluster", "test=" + peer, "--unsafe-no-fsync"));
		arguments.addAll(more);
		return arguments;
	}

	/**
	 * An nsqd that keeps its messages over a restart, unless it is killed.
	 * @param files names to texts of the files in its directory, {@code {dir}}
	 * @param more further arguments
	 * @return the recipe
	 */
	public static ServerRecipe nsqd(Map<String, String> files, String... more) {
		List<String> arguments = new ArrayList<>(List.of("-tcp-address=127.0.0.1:{tcp}",
				"-http-address=127.0.0.1:{http}", "-broadcast-address=127.0.0.1", "-data-path={dir}"));
		arguments.addAll(List.of(more));
		return new ServerRecipe("nsqd", List.of("tcp", "http"), files, arguments, List.of("-version"),
				ServerRecipe::accepts);
	}

	/**
	 * Google's fake of Pub/Sub, which keeps everything in memory and knows any project.
	 * @return the recipe
	 */
	public static ServerRecipe pubsub() {
		return new ServerRecipe("pubsub", List.of("grpc"), Map.of(), List.of("-port", "{grpc}"), List.of("-version"),
				ServerRecipe::accepts);
	}

	/**
	 * A mosquitto, which keeps nothing over a restart unless told to.
	 * @param config what stands in its configuration besides its listener, such as
	 * {@code allow_anonymous true} and the files of TLS
	 * @param files names to texts of the files in its directory, {@code {dir}}
	 * @return the recipe
	 */
	public static ServerRecipe mosquitto(String config, Map<String, String> files) {
		Map<String, String> all = new HashMap<>(files);
		// As root it would become another user, who may not read its directory.
		all.put("mosquitto.conf", String.join("\n", "user " + System.getProperty("user.name"),
				"listener {client} 127.0.0.1", config, ""));
		return new ServerRecipe("mosquitto", List.of("client"), all, List.of("-c", "{dir}/mosquitto.conf"),
				List.of("-h"), ServerRecipe::accepts);
	}

	/**
	 * A NATS server that keeps nothing.
	 * @param config what stands in its configuration besides its address; empty for a
	 * server that lets in anybody
	 * @return the recipe
	 */
	public static ServerRecipe nats(String config) {
		return nats(config, Map.of());
	}

	/**
	 * The same with files, such as of certificates.
	 * @param config what stands in its configuration besides its address
	 * @param files names to texts of the files in its directory, {@code {dir}}
	 * @return the recipe
	 */
	public static ServerRecipe nats(String config, Map<String, String> files) {
		Map<String, String> all = new HashMap<>(files);
		all.put("nats.conf", config);
		return new ServerRecipe("nats-server", List.of("client"), all,
				List.of("-a", "127.0.0.1", "-p", "{client}", "-c", "{dir}/nats.conf"), List.of("--version"),
				ServerRecipe::accepts);
	}

	/**
	 * A dnsmasq that answers by its own records, and asks nobody else unless told to.
	 * @param config what stands in its configuration besides its address
	 * @return the recipe
	 */
	public static ServerRecipe dnsmasq(String config) {
		String own = String.join("\n", "port={dns}", "listen-address=127.0.0.1", "bind-interfaces", "no-resolv",
				"no-hosts", "user=" + System.getProperty("user.name"), "pid-file", "");
		return new ServerRecipe("dnsmasq", List.of("dns"), Map.of("dnsmasq.conf", own + config),
				List.of("--keep-in-foreground", "--conf-file={dir}/dnsmasq.conf"), List.of("--version"),
				ServerRecipe::accepts);
	}

	/**
	 * A RabbitMQ node, which needs the server {@code epmd}. Anybody is let in as
	 * {@code guest}. What is durable is kept over a restart.
	 * @param config what stands in its configuration besides its address
	 * @return the recipe
	 */
	public static ServerRecipe rabbitmq(String config) {
		return rabbitmq("listeners.tcp.local = 127.0.0.1:{amqp}\n" + config, Map.of());
	}

	/**
	 * The same over TLS, which lets in whom the authority vouches for.
	 * @param certificate its certificate, as PEM
	 * @param privateKey the key of that, as PEM
	 * @param authority who vouches for clients, as PEM
	 * @return the recipe
	 */
	public static ServerRecipe rabbitmqWithTls(String certificate, String privateKey, String authority) {
		return rabbitmq("""
				listeners.tcp = none
				listeners.ssl.local = 127.0.0.1:{amqp}
				ssl_options.certfile = {dir}/certificate.pem
				ssl_options.keyfile = {dir}/key.pem
				ssl_options.cacertfile = {dir}/authority.pem
				ssl_options.verify = verify_peer
				ssl_options.fail_if_no_peer_cert = true
				""", Map.of("certificate.pem", certificate, "key.pem", privateKey, "authority.pem", authority));
	}

	private static ServerRecipe rabbitmq(String config, Map<String, String> files) {
		Map<String, String> all = new HashMap<>(files);
		all.put("rabbitmq.conf", config);
		all.put("enabled_plugins", "[].");
		Map<String, String> environment = new HashMap<>();
		environment.put("HOME", "{dir}");
		environment.put("RABBITMQ_NODENAME", "test@localhost");
		environment.put("RABBITMQ_CONF_ENV_FILE", "{dir}/no-file");
		environment.put("RABBITMQ_CONFIG_FILE", "{dir}/rabbitmq.conf");
		environment.put("RABBITMQ_ENABLED_PLUGINS_FILE", "{dir}/enabled_plugins");
		environment.put("RABBITMQ_MNESIA_BASE", "{dir}/mnesia");
		environment.put("RABBITMQ_LOG_BASE", "{dir}/log");
		environment.put("RABBITMQ_LOGS", "-");
		environment.put("RABBITMQ_DIST_PORT", "{distribution}");
		environment.put("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}");
		// The script becomes the server then, instead of its parent that would outlive
		// it.
		environment.put("RABBITMQ_ALLOW_INPUT", "true");
		environment.put("ERL_EPMD_ADDRESS", "127.0.0.1");
		environment.put("ERL_EPMD_PORT", "{epmd.port}");
		return new ServerRecipe("rabbitmq-server", List.of("amqp", "distribution"), all, List.of(), List.of(),
				ServerRecipe::accepts, environment,
				// Debian's own on the path changes the user.
				List.of("/usr/lib/rabbitmq/bin"));
	}

	/**
	 * Erlang's directory of nodes. One that RabbitMQ started by itself would outlive it.
	 * @return the recipe
	 */
	public static ServerRecipe epmd() {
		return new ServerRecipe("epmd", List.of("epmd"), Map.of(), List.of("-address", "127.0.0.1", "-port", "{epmd}"),
				List.of(), ServerRecipe::accepts);
	}

	/**
	 * A Redis server that keeps everything in memory, so that a restart makes it forget.
	 * @param config what stands in its configuration besides, and before which the same
	 * settings of ours give way; empty for a server that lets in anybody
	 * @param files names to texts of the files in its directory, {@code {dir}}
	 * @return the recipe
	 */
	public static ServerRecipe redis(String config, Map<String, String> files) {
		String own = String.join("\n", "bind 127.0.0.1", "port {client}", "dir {dir}", "save \"\"", "");
		Map<String, String> all = new HashMap<>(files);
		all.put("redis.conf", own + config);
		return new ServerRecipe("redis-server", List.of("client"), all, List.of("{dir}/redis.conf"),
				List.of("--version"), ServerRecipe::accepts);
	}

	/**
	 * A Redis Sentinel, to be told which primaries it watches.
	 * @param config what stands in its configuration besides
	 * @return the recipe
	 */
	public static ServerRecipe redisSentinel(String config) {
		String own = String.join("\n", "bind 127.0.0.1", "port {client}", "dir {dir}", "");
		return new ServerRecipe("redis-server", List.of("client"), Map.of("sentinel.conf", own + config),
				List.of("{dir}/sentinel.conf", "--sentinel"), List.of("--version"), ServerRecipe::accepts);
	}

	private static boolean accepts(String address) throws IOException {
		String[] parts = address.split(":");
		try (Socket socket = new Socket(parts[0], Integer.parseInt(parts[1]))) {
			return socket.isConnected();
		}
	}

	private static String httpGet(String address, String path, String... headers) throws Exception {
		return get(HttpClient.newHttpClient(), "http://" + address + path, headers);
	}

	private static String get(HttpClient client, String url, String... headers) throws Exception {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(2));
		if (headers.length > 0) {
			request.headers(headers);
		}
		HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
		return (response.statusCode() == 200) ? response.body() : "";
	}

	/** Says whether a server can be used. */
	@FunctionalInterface
	public interface ReadyCheck {

		/**
		 * Asks the server.
		 * @param address where it is
		 * @return true when it can be used
		 * @throws Exception when it cannot be asked yet
		 */
		boolean test(String address) throws Exception;

	}

}

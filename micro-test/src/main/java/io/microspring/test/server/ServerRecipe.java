package io.microspring.test.server;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How one kind of server is run. In the texts of files and arguments {@code {port}}
 * stands for a port by its name and {@code {dir}} for the server's own directory.
 * Immutable.
 *
 * @param name the name of the server and of its binary
 * @param ports names of the ports it needs; the first is the one that clients use
 * @param files names to texts of the files that lie in its directory before it starts
 * @param arguments what follows the binary on the command line
 * @param versionArguments what makes the binary print its version and end
 * @param ready whether the server at an address can be used
 */
public record ServerRecipe(String name, List<String> ports, Map<String, String> files, List<String> arguments,
		List<String> versionArguments, ReadyCheck ready) {

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
	}

	/**
	 * A Consul agent in development mode: it keeps everything in memory, so that a
	 * restart makes it forget.
	 * @return the recipe
	 */
	public static ServerRecipe consul() {
		return new ServerRecipe("consul", List.of("http", "dns", "serf-lan", "serf-wan", "server"),
				Map.of("consul.hcl", CONSUL_CONFIG),
				List.of("agent", "-dev", "-bind", "127.0.0.1", "-client", "127.0.0.1", "-config-file",
						"{dir}/consul.hcl"),
				List.of("version"), (address) -> httpGet(address, "/v1/status/leader").length() > 2);
	}

	private static String httpGet(String address, String path) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + path))
			.timeout(Duration.ofSeconds(2))
			.build();
		HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
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

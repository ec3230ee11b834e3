package io.microspring.plugins.registry.consul;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.Function;

import javax.net.ssl.SSLContext;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.registry.RegistryException;
import io.microspring.registry.WatchOutage;
import io.microspring.transport.TlsOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.consul.ConsulAutoConfiguration;
import org.springframework.cloud.consul.ConsulClient;
import org.springframework.http.HttpRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.support.HttpRequestWrapper;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestClientResponseException;
import org.springframework.web.client.support.RestClientAdapter;

/**
 * The Consul agents that may be asked. One is used as long as it can be reached, then the
 * next: where a service is registered is kept by the agent, so that changing it without
 * need would register services twice.
 * <p>
 * The HTTP client under Spring Cloud's is made here, because the one it makes by itself
 * knows no time-outs, logs a refusal instead of throwing it, and does not encode names.
 */
final class ConsulAgents implements AutoCloseable {

	private static final Logger log = LoggerFactory.getLogger(ConsulAgents.class);

	private static final int LONGEST_REASON = 300;

	private static final int FORBIDDEN = 403;

	/** Set where Consul has left something out that the token may not read. */
	private static final String FILTERED = "X-Consul-Results-Filtered-By-ACLs";

	private final ConsulOptions options;

	private final List<Agent> agents;

	private final ExecutorService executor;

	private final HttpClient http;

	private final WatchOutage outage;

	private volatile int current;

	private volatile boolean closed;

	ConsulAgents(ConsulOptions options) {
		this.options = options;
		// What may fail comes before what has to be closed.
		TlsOptions tls = options.tls();
		SSLContext context = (tls != null) ? tls.toSslContext() : null;
		this.executor = Threads.executor(ExecutorMode.AUTO, "micro-registry-consul");
		HttpClient.Builder http = HttpClient.newBuilder()
			.version(HttpClient.Version.HTTP_1_1)
			.connectTimeout(options.timeout())
			.executor(this.executor);
		this.http = (context != null) ? http.sslContext(context).build() : http.build();
		// Consul adds up to a sixteenth so that not all come at once.
		Duration patience = options.waitTime().plus(options.waitTime().dividedBy(16)).plus(options.timeout());
		this.agents = options.uris()
			.stream()
			.map((uri) -> new Agent(uri.getAuthority(),
					client(uri, options.timeout(), List.of(this::chooseConsistency)), client(uri, patience, List.of())))
			.toList();
		this.outage = new WatchOutage(log, this::toString);
	}

	/**
	 * Asks the agent in use, and the others when it cannot be reached.
	 * @param what what is asked, in messages
	 * @param question asks it
	 * @return the answer
	 * @throws RegistryException when none can be reached, or the first one that can
	 * refuses; then the cause is a {@link RestClientResponseException}
	 */
	<T> ResponseEntity<T> ask(String what, Function<ConsulClient, ResponseEntity<T>> question) {
		return with(what, (agent) -> question.apply(agent.prompt));
	}

	/** Asks a question that the agent may hold back for the wait time. */
	<T> ResponseEntity<T> await(String what, Function<ConsulClient, ResponseEntity<T>> question) {
		return with(what, (agent) -> question.apply(agent.patient));
	}

	/** Whether the agent works, but does not do what was asked. */
	static boolean isRefusal(RegistryException ex) {
		return ex.getCause() instanceof HttpClientErrorException;
	}

	ExecutorService executor() {
		return this.executor;
	}

	/** What those say who ask again and again. */
	WatchOutage outage() {
		return this.outage;
	}

	/** The agent in use. */
	String address() {
		return this.agents.get(this.current).address;
	}

	@Override
	public String toString() {
		return "consul at " + String.join(", ", this.agents.stream().map(Agent::address).toList());
	}

	@Override
	public void close() {
		this.closed = true;
		if (this.http instanceof AutoCloseable closeable) {
			// Since JDK 21; before, its thread ends when nobody refers to it any more.
			try {
				closeable.close();
			}
			catch (Exception ex) {
				log.debug("The HTTP client of {} was not closed", this, ex);
			}
		}
		this.executor.shutdown();
	}

	/**
	 * Does something with the agent in use, and with the others when it cannot be
	 * reached.
	 * @param what what is done, in messages
	 * @param task does it
	 * @return what it gives
	 * @throws RegistryException as {@link #ask} does
	 */
	<T> T with(String what, Function<Agent, T> task) {
		int first = this.current;
		RestClientException unreachable = null;
		for (int i = 0; i < this.agents.size() && !this.closed; i++) {
			int index = (first + i) % this.agents.size();
			Agent agent = this.agents.get(index);
			try {
				T result = task.apply(agent);
				this.current = index;
				return result;
			}
			catch (ResourceAccessException ex) {
				unreachable = ex;
			}
			catch (RestClientException ex) {
				throw refused(agent, what, ex);
			}
		}
		if (unreachable == null) {
			throw new RegistryException("registry consul is closed", null);
		}
		throw unreachable(toString(), what, unreachable);
	}

	/**
	 * Does something with one agent and no other.
	 * @param agent the agent
	 * @param what what is done, in messages
	 * @param task does it
	 * @throws RegistryException when the agent cannot be reached, or refuses
	 */
	void with(Agent agent, String what, Consumer<ConsulClient> task) {
		try {
			task.accept(agent.prompt);
		}
		catch (ResourceAccessException ex) {
			throw unreachable("consul at " + agent.address, what, ex);
		}
		catch (RestClientException ex) {
			throw refused(agent, what, ex);
		}
	}

	private RegistryException refused(Agent agent, String what, RestClientException ex) {
		return new RegistryException("consul at " + agent.address + " refused to " + what + ": " + reason(ex), ex);
	}

	private RegistryException unreachable(String who, String what, RestClientException ex) {
		return new RegistryException(who + " cannot be reached to " + what + ": " + reason(ex), ex);
	}

	private ConsulClient client(URI uri, Duration readTimeout, List<ClientHttpRequestInterceptor> interceptors) {
		JdkClientHttpRequestFactory requests = new JdkClientHttpRequestFactory(this.http, this.executor);
		requests.setReadTimeout(readTimeout);
		RestClient.Builder client = RestClient.builder()
			.baseUrl(uri)
			.requestFactory(requests)
			.requestInterceptors((all) -> all.addAll(interceptors));
		if (!this.options.token().isEmpty()) {
			// Not every question of the client takes a token.
			client.defaultHeader(ConsulClient.ACL_TOKEN_HEADER, this.options.token());
		}
		return ConsulAutoConfiguration.createNewConsulClient(RestClientAdapter.create(client.build()));
	}

	/**
	 * Says how fresh the answer to a look-up has to be: Spring Cloud's client takes that
	 * wish and then leaves it out.
	 */
	private ClientHttpResponse chooseConsistency(HttpRequest request, byte[] body, ClientHttpRequestExecution next)
			throws IOException {
		URI uri = request.getURI();
		String path = uri.getPath();
		if (this.options.consistency() == ConsulOptions.Consistency.DEFAULT
				|| (!path.startsWith("/v1/health/service/") && !path.equals("/v1/catalog/services"))) {
			return next.execute(request, body);
		}
		URI chosen = URI.create(uri + ((uri.getRawQuery() == null) ? "?" : "&")
				+ this.options.consistency().name().toLowerCase(Locale.ROOT) + "=");
		return next.execute(new HttpRequestWrapper(request) {

			@Override
			public URI getURI() {
				return chosen;
			}

		}, body);
	}

	/** Whether something is missing in an answer that the token may not read. */
	static boolean isFiltered(ResponseEntity<?> answer) {
		return Boolean.parseBoolean(answer.getHeaders().getFirst(FILTERED));
	}

	/** What is to be said of somebody who may not do what he asks. */
	String lackOfRights() {
		return this.options.token().isEmpty()
				? "Consul wants an ACL token, and none is set by micro.registry.consul.token"
				: "the ACL token of micro.registry.consul.token does not allow it";
	}

	private String reason(RestClientException ex) {
		if (ex instanceof RestClientResponseException refusal) {
			String body = refusal.getResponseBodyAsString().strip();
			return refusal.getStatusCode().value() + " "
					+ body.substring(0, Math.min(body.length(), LONGEST_REASON)).replaceAll("\\s+", " ")
					+ ((refusal.getStatusCode().value() == FORBIDDEN) ? ": " + lackOfRights() : "");
		}
		Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
		String message = cause.getMessage();
		return (message == null || message.isEmpty()) ? cause.getClass().getSimpleName() : message;
	}

	/**
	 * An agent.
	 *
	 * @param address where it is
	 * @param prompt asks it what it answers at once
	 * @param patient asks it what it may hold back
	 */
	record Agent(String address, ConsulClient prompt, ConsulClient patient) {

	}

}

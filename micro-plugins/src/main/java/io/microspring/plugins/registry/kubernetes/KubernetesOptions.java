package io.microspring.plugins.registry.kubernetes;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

import io.microspring.options.Limits;
import io.microspring.transport.ServerAddress;
import org.jspecify.annotations.Nullable;

/**
 * How the Kubernetes registry works. Immutable. An address that is none, and a time-out
 * of less than 1 ms or more than 10 min, is an {@link IllegalArgumentException}.
 *
 * @param address where the API server is, as {@code https://host:port}; empty to let
 * fabric8's client find it, with token, authority and namespace: by its system properties
 * and variables, a kubeconfig, or in a pod its service account. With an address, only
 * what stands here is used
 * @param namespace whose pods; empty for the one that was found, or {@code default}
 * @param token the bearer token; empty for the one that was found. It is in no log and no
 * message
 * @param trustCertificate PEM file of the authority that the API server's certificate is
 * from; null for the one that was found, or those that the JVM believes
 * @param kubeconfig the file to take everything from instead; null for what is found
 * @param pod the name of the own pod, on which services are written; empty for the
 * variable {@code HOSTNAME}, which names it in a pod that has no host name of its own
 * @param lookup where services are read from
 * @param readyOnly whether a pod that says it is not ready is left out, as a Service of
 * Kubernetes does; false is go-micro's way
 * @param port for {@link Lookup#ENDPOINT_SLICES}, the name or number of the port that is
 * dialled; empty for the one called {@code micro}, else the first
 * @param timeout how long to wait for a connection and for an answer; 5 s by default
 */
public record KubernetesOptions(String address, String namespace, String token, @Nullable Path trustCertificate,
		@Nullable Path kubeconfig, String pod, Lookup lookup, boolean readyOnly, String port, Duration timeout) {

	public KubernetesOptions {
		url(Objects.requireNonNull(address, "address"));
		Objects.requireNonNull(namespace, "namespace");
		Objects.requireNonNull(token, "token");
		Objects.requireNonNull(pod, "pod");
		Objects.requireNonNull(lookup, "lookup");
		Objects.requireNonNull(port, "port");
		Limits.requireBetween("timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(10));
	}

	/**
	 * The defaults: the API server of the cluster that this process runs in, services on
	 * pods.
	 * @return the options
	 */
	public static KubernetesOptions defaults() {
		return new KubernetesOptions("", "", "", null, null, "", Lookup.PODS, true, "", Duration.ofSeconds(5));
	}

	/**
	 * A copy with another API server.
	 * @param address where it is; empty leaves it as it is
	 * @return the copy
	 */
	public KubernetesOptions withAddress(String address) {
		return new KubernetesOptions(address.isBlank() ? this.address : address, this.namespace, this.token,
				this.trustCertificate, this.kubeconfig, this.pod, this.lookup, this.readyOnly, this.port, this.timeout);
	}

	/**
	 * A copy with another namespace.
	 * @param namespace its name
	 * @return the copy
	 */
	public KubernetesOptions withNamespace(String namespace) {
		return new KubernetesOptions(this.address, namespace, this.token, this.trustCertificate, this.kubeconfig,
				this.pod, this.lookup, this.readyOnly, this.port, this.timeout);
	}

	/**
	 * A copy with a token.
	 * @param token the bearer token
	 * @return the copy
	 */
	public KubernetesOptions withToken(String token) {
		return new KubernetesOptions(this.address, this.namespace, token, this.trustCertificate, this.kubeconfig,
				this.pod, this.lookup, this.readyOnly, this.port, this.timeout);
	}

	/**
	 * A copy that believes another authority.
	 * @param file its certificate, as PEM
	 * @return the copy
	 */
	public KubernetesOptions withTrustCertificate(@Nullable Path file) {
		return new KubernetesOptions(this.address, this.namespace, this.token, file, this.kubeconfig, this.pod,
				this.lookup, this.readyOnly, this.port, this.timeout);
	}

	/**
	 * A copy that takes everything that is not set from a file.
	 * @param file the kubeconfig, of which the current context counts
	 * @return the copy
	 */
	public KubernetesOptions withKubeconfig(@Nullable Path file) {
		return new KubernetesOptions(this.address, this.namespace, this.token, this.trustCertificate, file, this.pod,
				this.lookup, this.readyOnly, this.port, this.timeout);
	}

	/**
	 * A copy that writes on another pod.
	 * @param pod its name
	 * @return the copy
	 */
	public KubernetesOptions withPod(String pod) {
		return new KubernetesOptions(this.address, this.namespace, this.token, this.trustCertificate, this.kubeconfig,
				pod, this.lookup, this.readyOnly, this.port, this.timeout);
	}

	/**
	 * A copy that reads services from elsewhere.
	 * @param lookup from where
	 * @return the copy
	 */
	public KubernetesOptions withLookup(Lookup lookup) {
		return new KubernetesOptions(this.address, this.namespace, this.token, this.trustCertificate, this.kubeconfig,
				this.pod, lookup, this.readyOnly, this.port, this.timeout);
	}

	/**
	 * A copy that leaves out pods that are not ready, or does not.
	 * @param readyOnly whether to
	 * @return the copy
	 */
	public KubernetesOptions withReadyOnly(boolean readyOnly) {
		return new KubernetesOptions(this.address, this.namespace, this.token, this.trustCertificate, this.kubeconfig,
				this.pod, this.lookup, readyOnly, this.port, this.timeout);
	}

	/**
	 * A copy that dials another port of the cluster's Services.
	 * @param port its name or number
	 * @return the copy
	 */
	public KubernetesOptions withPort(String port) {
		return new KubernetesOptions(this.address, this.namespace, this.token, this.trustCertificate, this.kubeconfig,
				this.pod, this.lookup, this.readyOnly, port, this.timeout);
	}

	/**
	 * A copy with another time-out.
	 * @param timeout how long to wait for a connection and for an answer
	 * @return the copy
	 */
	public KubernetesOptions withTimeout(Duration timeout) {
		return new KubernetesOptions(this.address, this.namespace, this.token, this.trustCertificate, this.kubeconfig,
				this.pod, this.lookup, this.readyOnly, this.port, timeout);
	}

	/** The address with its scheme, empty when there is none. */
	String url() {
		return url(this.address);
	}

	private static String url(String address) {
		ServerAddress.requireNoCredentials(address, "the Kubernetes API server", "micro.registry.kubernetes");
		if (address.isEmpty()) {
			return "";
		}
		String url = address.contains("://") ? address : "https://" + address;
		try {
			URI uri = new URI(url);
			if (uri.getHost() != null && uri.getPort() <= 65535 && uri.getScheme().matches("https?")) {
				return url;
			}
		}
		catch (URISyntaxException ignored) {
			// said below
		}
		throw new IllegalArgumentException("Not an address of the Kubernetes API server: '" + address + "'");
	}

	@Override
	public String toString() {
		return "KubernetesOptions[address=" + this.address + ", namespace=" + this.namespace + ", token="
				+ (this.token.isEmpty() ? "" : "***") + ", trustCertificate=" + this.trustCertificate + ", kubeconfig="
				+ this.kubeconfig + ", pod=" + this.pod + ", lookup=" + this.lookup + ", readyOnly=" + this.readyOnly
				+ ", port=" + this.port + ", timeout=" + this.timeout + "]";
	}

	/** Where services are read from. */
	public enum Lookup {

		/** From pods, on which the services write themselves, as go-micro's do. */
		PODS,
		/**
		 * From the EndpointSlices of the cluster's Services: for whoever may not write,
		 * and for services that know nothing of this registry. Registering does nothing.
		 */
		ENDPOINT_SLICES

	}

}

package io.microspring.plugins.registry.kubernetes;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.microspring.registry.RegistryException;
import org.jspecify.annotations.Nullable;

/**
 * The API server: how it is reached, and what its refusals mean. Thread-safe.
 */
final class KubernetesApi implements AutoCloseable {

	private final KubernetesClient client;

	private final String address;

	private final String namespace;

	private volatile boolean closed;

	/**
	 * A client; nothing is asked yet.
	 * @param options how to reach the API server
	 * @throws IllegalArgumentException when a file cannot be read
	 */
	KubernetesApi(KubernetesOptions options) {
		Config config = config(options);
		this.address = config.getMasterUrl().replaceAll("/$", "");
		String found = config.getNamespace();
		this.namespace = (found == null || found.isEmpty()) ? "default" : found;
		try {
			this.client = new KubernetesClientBuilder().withConfig(config).build();
		}
		catch (RuntimeException ex) {
			throw new IllegalArgumentException(
					"The certificates of the Kubernetes API server cannot be read: " + reason(ex), ex);
		}
	}

	private static Config config(KubernetesOptions options) {
		int timeout = Math.toIntExact(options.timeout().toMillis());
		// Whoever asks decides what to do about a failure, and a watch begins with a
		// listing.
		ConfigBuilder config = new ConfigBuilder(found(options)).withConnectionTimeout(timeout)
			.withRequestTimeout(timeout)
			.withRequestRetryBackoffLimit(0)
			.withWatchReconnectLimit(0);
		if (!options.address().isEmpty()) {
			config.withMasterUrl(options.url());
		}
		if (!options.namespace().isEmpty()) {
			config.withNamespace(options.namespace());
		}
		if (!options.token().isEmpty()) {
			config.withOauthToken(options.token());
		}
		Path authority = options.trustCertificate();
		if (authority != null) {
			config.withCaCertData(null).withCaCertFile(readable(authority).toString());
		}
		return config.build();
	}

	/** Credentials that were found are not shown to a server that was not. */
	private static Config found(KubernetesOptions options) {
		Path kubeconfig = options.kubeconfig();
		if (kubeconfig != null) {
			try {
				return Config.fromKubeconfig(readable(kubeconfig));
			}
			catch (KubernetesClientException ex) {
				throw new IllegalArgumentException("No kubeconfig: " + kubeconfig + ": " + reason(ex), ex);
			}
		}
		return options.address().isEmpty() ? Config.autoConfigure(null) : Config.empty();
	}

	private static File readable(Path file) {
		if (!Files.isReadable(file)) {
			throw new IllegalArgumentException("The file cannot be read: " + file);
		}
		return file.toFile();
	}

	KubernetesClient client() {
		return this.client;
	}

	String address() {
		return this.address;
	}

	String namespace() {
		return this.namespace;
	}

	/**
	 * Asks the API server.
	 * @param what what for, in messages
	 * @param permission what the role has to allow for it, such as
	 * {@code verb list on pods}
	 * @param question asks it
	 * @return the answer
	 * @throws RegistryException when there is none
	 */
	<T> T ask(String what, String permission, Supplier<T> question) {
		if (this.closed) {
			throw new RegistryException("registry kubernetes is closed", null);
		}
		try {
			return question.get();
		}
		catch (KubernetesClientException ex) {
			throw this.closed ? new RegistryException("registry kubernetes is closed", ex)
					: new RegistryException(message(what, permission, ex), ex);
		}
	}

	private String message(String what, String permission, KubernetesClientException failure) {
		if (Thread.currentThread().isInterrupted()) {
			return "interrupted while asking " + this + " to " + what;
		}
		return switch (Math.max(0, failure.getCode())) {
			case 0 -> this + " cannot be reached to " + what + ": " + reason(failure);
			case 401 -> this + " refused to " + what + ": it does not believe the token: " + reason(failure);
			case 403 -> this + " refused to " + what + ": a Role must allow " + permission + " in namespace "
					+ this.namespace + ": " + reason(failure);
			default -> this + " refused to " + what + ": " + failure.getCode() + " " + reason(failure);
		};
	}

	/** What the API server says, or else what went wrong first. */
	static String reason(Throwable failure) {
		if (failure instanceof KubernetesClientException refusal) {
			Status status = refusal.getStatus();
			if (status != null && status.getMessage() != null) {
				return status.getMessage();
			}
		}
		Throwable cause = failure;
		for (Throwable next = cause.getCause(); next != null; next = next.getCause()) {
			cause = next;
		}
		return (cause.getMessage() != null) ? cause.getMessage() : cause.getClass().getSimpleName();
	}

	/** Whether what was asked for is history that the API server has no more. */
	static boolean isGone(@Nullable Throwable failure) {
		return failure instanceof KubernetesClientException refusal && refusal.getCode() == 410;
	}

	@Override
	public void close() {
		this.closed = true;
		this.client.close();
	}

	@Override
	public String toString() {
		return "kubernetes at " + this.address;
	}

}

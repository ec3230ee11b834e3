package io.microspring.autoconfigure.client;

import io.microspring.client.Backoff;
import io.microspring.client.CallOptions;
import io.microspring.client.ClientOptions;
import io.microspring.client.RetryPolicy;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Makes a client's options from properties and beans, whose word counts more.
 */
final class ClientOptionsFactory {

	private final ObjectProvider<RetryPolicy> retryPolicy;

	private final ObjectProvider<Backoff> backoff;

	private final ObjectProvider<MicroClientOptionsCustomizer> customizers;

	private volatile @Nullable ClientOptions initial;

	ClientOptionsFactory(ObjectProvider<RetryPolicy> retryPolicy, ObjectProvider<Backoff> backoff,
			ObjectProvider<MicroClientOptionsCustomizer> customizers) {
		this.retryPolicy = retryPolicy;
		this.backoff = backoff;
		this.customizers = customizers;
	}

	ClientOptions makeInitial(ClientProperties properties) {
		ClientOptions options = make(properties);
		this.initial = options;
		return options;
	}

	/** Those of the start; null when the application has options of its own. */
	@Nullable ClientOptions initial() {
		return this.initial;
	}

	ClientOptions make(ClientProperties properties) {
		CallOptions beans = CallOptions.defaults();
		RetryPolicy policy = this.retryPolicy.getIfUnique();
		beans = (policy != null) ? beans.withRetryPolicy(policy) : beans;
		Backoff wait = this.backoff.getIfUnique();
		beans = (wait != null) ? beans.withBackoff(wait) : beans;
		ClientOptions options = properties.toOptions().withCalls(beans);
		for (MicroClientOptionsCustomizer customizer : this.customizers.orderedStream().toList()) {
			options = customizer.apply(options);
		}
		return options;
	}

}

package io.microspring.autoconfigure.client;

import io.microspring.autoconfigure.selector.StrategyFactory;
import io.microspring.concurrent.Backoff;
import io.microspring.client.CallOptions;
import io.microspring.client.ClientOptions;
import io.microspring.client.RetryPolicy;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.core.env.Environment;

/**
 * Makes a client's options from properties and beans, whose word counts more.
 */
final class ClientOptionsFactory {

	private final ObjectProvider<RetryPolicy> retryPolicy;

	private final ObjectProvider<Backoff> backoff;

	private final ObjectProvider<MicroClientOptionsCustomizer> customizers;

	private final StrategyFactory strategies;

	private volatile @Nullable ClientOptions initial;

	ClientOptionsFactory(ObjectProvider<RetryPolicy> retryPolicy, ObjectProvider<Backoff> backoff,
			ObjectProvider<MicroClientOptionsCustomizer> customizers, StrategyFactory strategies) {
		this.retryPolicy = retryPolicy;
		this.backoff = backoff;
		this.customizers = customizers;
		this.strategies = strategies;
	}

	ClientOptions makeInitial(ClientProperties properties, Environment environment) {
		checkNames(environment);
		ClientOptions options = make(properties);
		this.initial = options;
		return options;
	}

	/** Those of the start; null when the application has options of its own. */
	@Nullable ClientOptions initial() {
		return this.initial;
	}

	/**
	 * Options of the properties as they are by now.
	 * @param environment has them
	 * @return the options
	 */
	ClientOptions make(Environment environment) {
		checkNames(environment);
		return make(Binder.get(environment).bindOrCreate("micro.client", ClientProperties.class));
	}

	/**
	 * Refuses what nobody reads: a name with dots ends at the first one, unless it stands
	 * in brackets, and what is said of it would be passed over without a word.
	 * @param environment has the properties
	 */
	private static void checkNames(Environment environment) {
		Binder.get(environment)
			.bind("micro.client.services", Bindable.mapOf(String.class, CallProperties.class),
					new NoUnboundElementsBindHandler(BindHandler.DEFAULT, new UnboundElementsSourceFilter()));
	}

	private ClientOptions make(ClientProperties properties) {
		CallOptions beans = CallOptions.defaults();
		RetryPolicy policy = this.retryPolicy.getIfUnique();
		beans = (policy != null) ? beans.withRetryPolicy(policy) : beans;
		Backoff wait = this.backoff.getIfUnique();
		beans = (wait != null) ? beans.withBackoff(wait) : beans;
		ClientOptions options = properties.toOptions(this.strategies).withCalls(beans);
		for (MicroClientOptionsCustomizer customizer : this.customizers.orderedStream().toList()) {
			options = customizer.apply(options);
		}
		return this.strategies.withVersion(options);
	}

}

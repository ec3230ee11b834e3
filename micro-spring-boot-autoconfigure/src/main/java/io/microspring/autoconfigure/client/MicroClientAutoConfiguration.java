package io.microspring.autoconfigure.client;

import io.microspring.autoconfigure.broker.MicroBrokerAutoConfiguration;
import io.microspring.autoconfigure.selector.MicroSelectorAutoConfiguration;
import io.microspring.autoconfigure.selector.StrategyFactory;
import io.microspring.autoconfigure.transport.MicroTransportAutoConfiguration;
import io.microspring.broker.Broker;
import io.microspring.concurrent.Backoff;
import io.microspring.client.CallInterceptor;
import io.microspring.client.Client;
import io.microspring.client.ClientBuilder;
import io.microspring.client.ClientOptions;
import io.microspring.client.PublishInterceptor;
import io.microspring.client.RetryPolicy;
import io.microspring.codec.Codec;
import io.microspring.codec.Codecs;
import io.microspring.registry.Registry;
import io.microspring.selector.Selector;
import io.microspring.server.ServerOptions;
import io.microspring.service.Catalogue;
import io.microspring.transport.Transport;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Scope;
import org.springframework.core.env.Environment;

/**
 * The client, and an implementation of each interface with
 * {@link io.microspring.annotation.MicroClient}.
 */
@AutoConfiguration(after = { MicroSelectorAutoConfiguration.class, MicroBrokerAutoConfiguration.class,
		MicroTransportAutoConfiguration.class })
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@EnableConfigurationProperties(ClientProperties.class)
@Import(MicroClientRegistrar.class)
public final class MicroClientAutoConfiguration {

	private final StrategyFactory strategies;

	MicroClientAutoConfiguration(StrategyFactory strategies) {
		this.strategies = strategies;
	}

	/**
	 * Those that are always there, those whose drivers are, then those that are beans.
	 * All use Boot's mapper, but for beans that were given another; it reads as leniently
	 * as the library's own once nulls are let through.
	 */
	@Bean
	@ConditionalOnMissingBean
	Codecs microCodecs(Catalogue catalogue, ObjectProvider<JsonMapper> mappers, ObjectProvider<Codec> beans) {
		Codecs codecs = catalogue.codecs();
		JsonMapper mapper = mappers.getIfUnique();
		if (mapper != null) {
			// A Go peer writes null for what it left out.
			mapper = mapper.rebuild().disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES).build();
			codecs = codecs.withMapper(mapper);
		}
		for (Codec codec : beans.orderedStream().toList()) {
			codecs = codecs.with((mapper == null || codec.hasOwnMapper()) ? codec : codec.withMapper(mapper));
		}
		return codecs;
	}

	@Bean
	ClientOptionsFactory microClientOptionsFactory(ObjectProvider<RetryPolicy> retryPolicy,
			ObjectProvider<Backoff> backoff, ObjectProvider<MicroClientOptionsCustomizer> customizers) {
		return new ClientOptionsFactory(retryPolicy, backoff, customizers, this.strategies);
	}

	@Bean
	@ConditionalOnMissingBean
	ClientOptions microClientOptions(ClientProperties properties, ClientOptionsFactory factory,
			Environment environment) {
		return factory.makeInitial(properties, environment);
	}

	/**
	 * What the application's client is made from, without its interceptors: also for a
	 * second client that is to be different.
	 */
	@Bean
	@Scope("prototype")
	@ConditionalOnMissingBean
	ClientBuilder microClientBuilder(Registry registry, Selector selector, Transport transport, Broker broker,
			Codecs codecs, ClientOptions options, ServerOptions server) {
		return Client.builder(registry)
			.selector(selector)
			.transport(transport)
			.broker(broker)
			.codecs(codecs)
			.options(this.strategies.withVersion(options))
			.name(server.name());
	}

	@Bean
	@ConditionalOnMissingBean
	Client microClient(ClientBuilder builder, ObjectProvider<CallInterceptor> callInterceptors,
			ObjectProvider<PublishInterceptor> publishInterceptors, ObjectProvider<MicroClientCustomizer> customizers) {
		callInterceptors.orderedStream().forEach(builder::intercept);
		publishInterceptors.orderedStream().forEach(builder::interceptPublish);
		customizers.orderedStream().forEach((customizer) -> customizer.customize(builder));
		return builder.build();
	}

	@Bean
	JsonWarmUp microJsonWarmUp(Codecs codecs) {
		return new JsonWarmUp(codecs);
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "micro.client.warm-up", matchIfMissing = true)
	DiscoveryWarmUp microDiscoveryWarmUp(ListableBeanFactory beans, Client client, ClientProperties properties) {
		return new DiscoveryWarmUp(beans, client, properties.services().keySet(), properties.warmUpTimeout());
	}

	/**
	 * What the properties say when they change while the application runs.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(EnvironmentChangeEvent.class)
	static class ReconfigurationConfiguration {

		@Bean
		ClientReconfiguration microClientReconfiguration(Client client, ClientOptionsFactory factory,
				Environment environment) {
			return new ClientReconfiguration(client, factory, environment);
		}

	}

}

package io.microspring.autoconfigure.client;

import java.util.Set;

import io.microspring.autoconfigure.broker.MicroBrokerAutoConfiguration;
import io.microspring.autoconfigure.selector.MicroSelectorAutoConfiguration;
import io.microspring.autoconfigure.transport.MicroTransportAutoConfiguration;
import io.microspring.broker.Broker;
import io.microspring.client.CallInterceptor;
import io.microspring.client.Client;
import io.microspring.client.ClientBuilder;
import io.microspring.client.ClientOptions;
import io.microspring.client.PublishInterceptor;
import io.microspring.codec.Codec;
import io.microspring.codec.Codecs;
import io.microspring.registry.Registry;
import io.microspring.selector.Selector;
import io.microspring.server.ServerOptions;
import io.microspring.transport.Transport;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Scope;

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

	/** go-micro's names of its protocols; its first generation said rpc for mucp. */
	private static final Set<String> TYPES = Set.of("auto", "mucp", "rpc", "grpc");

	/**
	 * Boot's mapper reads as leniently as the library's own once nulls are let through.
	 */
	@Bean
	@ConditionalOnMissingBean
	Codecs microCodecs(ObjectProvider<JsonMapper> mappers) {
		JsonMapper mapper = mappers.getIfUnique();
		if (mapper == null) {
			return Codecs.defaults();
		}
		// A Go peer writes null for what it left out.
		JsonMapper lenient = mapper.rebuild().disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES).build();
		return Codecs.defaults().with(Codecs.JSON, Codec.json(lenient));
	}

	@Bean
	@ConditionalOnMissingBean
	ClientOptions microClientOptions(ClientProperties properties) {
		if (!TYPES.contains(properties.type())) {
			throw new InvalidConfigurationPropertyValueException("micro.client.type", properties.type(),
					"There is no such client; there are auto, mucp and grpc.");
		}
		return properties.toOptions();
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
			.options(options)
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
	DiscoveryWarmUp microDiscoveryWarmUp(ListableBeanFactory beans, Registry registry) {
		return new DiscoveryWarmUp(beans, registry);
	}

}

package io.microspring.autoconfigure.broker;

import io.microspring.plugins.broker.nsq.NsqBroker;
import io.microspring.service.Plugin;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;

/**
 * NSQ with the options of {@code micro.broker.nsq}.
 */
@AutoConfiguration(before = MicroBrokerAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@EnableConfigurationProperties(NsqBrokerProperties.class)
public final class NsqBrokerAutoConfiguration {

	@Bean
	Plugin microNsqBroker(NsqBrokerProperties properties, ObjectProvider<SslBundles> bundles) {
		return Plugin.broker("nsq",
				(address,
						registry) -> new NsqBroker(properties
							.toOptions(properties.ssl().toOptions("micro.broker.nsq.ssl.", bundles.getIfAvailable()))
							.withAddress(address)));
	}

}

package io.microspring.autoconfigure.broker;

import com.hivemq.client.mqtt.MqttClient;
import io.microspring.plugins.broker.mqtt.MqttBroker;
import io.microspring.service.Plugin;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;

/**
 * MQTT with the options of {@code micro.broker.mqtt}.
 */
@AutoConfiguration(before = MicroBrokerAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@ConditionalOnClass(MqttClient.class)
@EnableConfigurationProperties(MqttBrokerProperties.class)
public final class MqttBrokerAutoConfiguration {

	@Bean
	Plugin microMqttBroker(MqttBrokerProperties properties, ObjectProvider<SslBundles> bundles) {
		return Plugin.broker("mqtt",
				(address,
						registry) -> new MqttBroker(properties
							.toOptions(properties.ssl().toOptions("micro.broker.mqtt.ssl.", bundles.getIfAvailable()))
							.withAddress(address)));
	}

}

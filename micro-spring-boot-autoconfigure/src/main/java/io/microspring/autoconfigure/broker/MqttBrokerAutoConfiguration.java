package io.microspring.autoconfigure.broker;

import com.hivemq.client.mqtt.MqttClient;
import io.microspring.plugins.broker.mqtt.MqttBroker;
import io.microspring.service.Plugin;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
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
	Plugin microMqttBroker(MqttBrokerProperties properties) {
		return Plugin.broker("mqtt",
				(address, registry) -> new MqttBroker(properties.toOptions().withAddress(address)));
	}

}

package io.microspring.plugins.broker.mqtt;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3ClientBuilder;
import com.hivemq.client.mqtt.mqtt3.lifecycle.Mqtt3ClientConnectedContext;

/**
 * A connection by version 3.1.1, by which a session is kept for ever or not at all.
 */
final class Mqtt3Link implements MqttLink {

	private final Session session;

	private final Mqtt3AsyncClient client;

	Mqtt3Link(MqttClientBuilder builder, MqttOptions options, Session session) {
		this.session = session;
		Mqtt3ClientBuilder version3 = builder.useMqttVersion3();
		if (!options.username().isEmpty()) {
			version3.simpleAuth()
				.username(options.username())
				.password(options.password().getBytes(StandardCharsets.UTF_8))
				.applySimpleAuth();
		}
		this.client = version3.addConnectedListener((context) -> {
			if (context instanceof Mqtt3ClientConnectedContext connected) {
				session.listener().connected(connected.getConnAck().isSessionPresent());
			}
		}).buildAsync();
		this.client.publishes(MqttGlobalPublishFilter.ALL,
				(publish) -> session.listener()
					.received(publish.getTopic().toString(), publish.getPayloadAsBytes(), publish::acknowledge),
				Runnable::run, true);
	}

	@Override
	public CompletableFuture<?> connect() {
		return this.client.connectWith().cleanSession(this.session.kept() == 0).send();
	}

	@Override
	public boolean isConnected() {
		return this.client.getState().isConnected();
	}

	@Override
	public boolean offersSharing() {
		return true;
	}

	@Override
	public CompletableFuture<?> publish(String topic, byte[] payload) {
		return this.client.publishWith().topic(topic).qos(MqttQos.AT_LEAST_ONCE).payload(payload).send();
	}

	@Override
	public CompletableFuture<?> subscribe(String filter) {
		return this.client.subscribeWith().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE).send();
	}

	@Override
	public CompletableFuture<?> unsubscribe(String filter) {
		return this.client.unsubscribeWith().topicFilter(filter).send();
	}

	@Override
	public CompletableFuture<?> disconnect(boolean forget) {
		return this.client.disconnect();
	}

}

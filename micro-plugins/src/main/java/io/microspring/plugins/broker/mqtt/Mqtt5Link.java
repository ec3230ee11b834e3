package io.microspring.plugins.broker.mqtt;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.lifecycle.Mqtt5ClientConnectedContext;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;

/**
 * A connection by version 5.
 */
final class Mqtt5Link implements MqttLink {

	private final Session session;

	private final Mqtt5AsyncClient client;

	private volatile boolean offersSharing = true;

	Mqtt5Link(MqttClientBuilder builder, MqttOptions options, Session session) {
		this.session = session;
		Mqtt5ClientBuilder version5 = builder.useMqttVersion5();
		if (!options.username().isEmpty()) {
			version5.simpleAuth()
				.username(options.username())
				.password(options.password().getBytes(StandardCharsets.UTF_8))
				.applySimpleAuth();
		}
		this.client = version5.addConnectedListener((context) -> {
			if (context instanceof Mqtt5ClientConnectedContext connected) {
				connected(connected.getConnAck());
			}
		}).buildAsync();
		this.client.publishes(MqttGlobalPublishFilter.ALL,
				(publish) -> session.listener()
					.received(publish.getTopic().toString(), publish.getPayloadAsBytes(), publish::acknowledge),
				Runnable::run, true);
	}

	@Override
	public CompletableFuture<?> connect() {
		return this.client.connectWith()
			.cleanStart(this.session.kept() == 0)
			.sessionExpiryInterval(this.session.kept())
			.restrictions()
			.receiveMaximum(this.session.receiveMaximum())
			.applyRestrictions()
			.send();
	}

	private void connected(Mqtt5ConnAck answer) {
		this.offersSharing = answer.getRestrictions().isSharedSubscriptionAvailable();
		this.session.listener().connected(answer.isSessionPresent());
	}

	@Override
	public boolean isConnected() {
		return this.client.getState().isConnected();
	}

	@Override
	public boolean offersSharing() {
		return this.offersSharing;
	}

	@Override
	public CompletableFuture<?> publish(String topic, byte[] payload) {
		return this.client.publishWith().topic(topic).qos(MqttQos.AT_LEAST_ONCE).payload(payload).send();
	}

	@Override
	public CompletableFuture<?> subscribe(String filter) {
		return this.client.subscribeWith()
			.topicFilter(filter)
			.qos(MqttQos.AT_LEAST_ONCE)
			// Not once more whenever the connection was lost.
			.retainHandling(Mqtt5RetainHandling.SEND_IF_SUBSCRIPTION_DOES_NOT_EXIST)
			.send();
	}

	@Override
	public CompletableFuture<?> unsubscribe(String filter) {
		return this.client.unsubscribeWith().topicFilter(filter).send();
	}

	@Override
	public CompletableFuture<?> disconnect(boolean forget) {
		return forget ? this.client.disconnectWith().sessionExpiryInterval(0).send() : this.client.disconnect();
	}

}

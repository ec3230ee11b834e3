package io.microspring.plugins.broker.mqtt;

import java.util.Map;

import io.microspring.broker.Broker;
import io.microspring.test.BrokerContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract by version 3.1.1. */
class Mqtt3BrokerTest extends BrokerContract {

	@RegisterExtension
	static final ExternalServer MOSQUITTO = new ExternalServer(
			ServerRecipe.mosquitto("allow_anonymous true\nmax_queued_messages 0", Map.of()));

	@Override
	protected Broker open() {
		return new MqttBroker(MqttOptions.defaults().withAddress(MOSQUITTO.address()).withVersion("3.1.1"));
	}

	@Override
	protected String title() {
		return "mqtt, 3.1.1";
	}

	@Override
	protected boolean restarts() {
		return true;
	}

	@Override
	protected void restartServer() {
		MOSQUITTO.restart();
	}

	@Override
	protected boolean takesAnyTopic() {
		return false;
	}

}

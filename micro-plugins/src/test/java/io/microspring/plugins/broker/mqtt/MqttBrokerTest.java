package io.microspring.plugins.broker.mqtt;

import java.util.Map;

import io.microspring.broker.Broker;
import io.microspring.test.ServerBrokerContract;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import io.microspring.test.server.TestServer;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract by version 5. */
class MqttBrokerTest extends ServerBrokerContract {

	@RegisterExtension
	static final ExternalServer MOSQUITTO = new ExternalServer(
			ServerRecipe.mosquitto("allow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 200", Map.of()));

	@Override
	protected TestServer server() {
		return MOSQUITTO;
	}

	@Override
	protected Broker open(String address) {
		return new MqttBroker(MqttOptions.defaults().withAddress(address));
	}

	@Override
	protected boolean takesAnyTopic() {
		return false;
	}

}

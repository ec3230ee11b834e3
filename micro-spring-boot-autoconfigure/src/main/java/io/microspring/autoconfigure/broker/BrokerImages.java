package io.microspring.autoconfigure.broker;

import java.util.List;

import io.microspring.autoconfigure.container.ServerImage;

/**
 * The brokers that come in containers and that Boot has no connection details of its own
 * for.
 */
final class BrokerImages {

	static final List<ServerImage> ALL = List.of(
			new ServerImage("googlepubsub", 8085,
					List.of("google.com/cloudsdktool/google-cloud-cli", "google.com/cloudsdktool/cloud-sdk",
							"google/cloud-sdk")),
			new ServerImage("mqtt", 1883, List.of("eclipse-mosquitto", "hivemq/hivemq-ce", "hivemq/hivemq4")),
			new ServerImage("nats", 4222, List.of("nats", "bitnami/nats")),
			new ServerImage("nsq", 4150, List.of("nsqio/nsq")));

	private BrokerImages() {
	}

}

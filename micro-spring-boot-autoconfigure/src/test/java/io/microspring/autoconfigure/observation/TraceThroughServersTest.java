package io.microspring.autoconfigure.observation;

import java.util.Map;

import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A trace goes on through the headers of messages on real servers.
 */
class TraceThroughServersTest extends TraceFixture {

	@RegisterExtension
	static final ExternalServer MOSQUITTO = new ExternalServer(
			ServerRecipe.mosquitto("allow_anonymous true", Map.of()));

	@RegisterExtension
	static final ExternalServer NSQD = new ExternalServer(ServerRecipe.nsqd(Map.of()));

	@RegisterExtension
	static final ExternalServer PUBSUB = new ExternalServer(ServerRecipe.pubsub());

	@RegisterExtension
	static final ExternalServer REDIS = new ExternalServer(ServerRecipe.redis("", Map.of()));

	@Test
	void aTraceTravelsThroughMqtt() {
		assertThatATraceTravelsThrough("mqtt", MOSQUITTO);
	}

	@Test
	void aTraceTravelsThroughNsq() {
		assertThatATraceTravelsThrough("nsq", NSQD);
	}

	@Test
	void aTraceTravelsThroughPubSub() {
		assertThatATraceTravelsThrough("googlepubsub", PUBSUB);
	}

	@Test
	void aTraceTravelsThroughRedis() {
		assertThatATraceTravelsThrough("redis", REDIS);
	}

	private void assertThatATraceTravelsThrough(String broker, ExternalServer server) {
		assertThatATraceTravelsThroughNestedCallsAndMessages("micro.broker.type=" + broker,
				"micro.broker.address=" + server.address(), "micro.broker.googlepubsub.project=trace",
				"micro.broker.redis.mode=streams");
	}

}

package io.microspring.samples.test;

import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class StudentOnGooglePubSubTest {

	@RegisterExtension
	static final ExternalServer PUBSUB = new ExternalServer(ServerRecipe.pubsub());

	@Test
	void studentsArrive() {
		StudentOnBroker.assertThatStudentsArrive("--micro.broker.type=googlepubsub",
				"--micro.broker.address=" + PUBSUB.address(), "--micro.broker.googlepubsub.project=school");
	}

}

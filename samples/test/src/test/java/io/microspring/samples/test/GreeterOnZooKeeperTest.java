package io.microspring.samples.test;

import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.Test;

class GreeterOnZooKeeperTest {

	@Test
	void clientFindsTheGreeter() throws Exception {
		try (TestingServer server = new TestingServer()) {
			GreeterOnRegistry.assertThatTheyMeet("--micro.registry.type=zookeeper",
					"--micro.registry.address=" + server.getConnectString());
		}
	}

}

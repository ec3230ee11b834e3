package io.microspring.samples.test;

import io.microspring.test.server.ExternalServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The cluster has no machines: that the greeter's pod runs is what the test says.
 */
class GreeterOnKubernetesTest {

	@RegisterExtension
	static final ExternalServer SERVER = PodCluster.server();

	@Test
	void clientFindsTheGreeter() {
		try (PodCluster cluster = new PodCluster(SERVER)) {
			cluster.run("greeter-0");
			GreeterOnRegistry.assertThatTheyMeet("--micro.registry.type=kubernetes",
					"--micro.registry.address=" + cluster.address(),
					"--micro.registry.kubernetes.token=" + PodCluster.TOKEN,
					"--micro.registry.kubernetes.trust-certificate=" + cluster.authority(),
					"--micro.registry.kubernetes.pod=greeter-0");
		}
	}

}

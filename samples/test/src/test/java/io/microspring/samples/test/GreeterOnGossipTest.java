package io.microspring.samples.test;

import java.util.List;

import org.junit.jupiter.api.Test;

class GreeterOnGossipTest {

	@Test
	void clientFindsTheGreeter() {
		String seed = "127.0.0.1:" + GreeterOnRegistry.freePort();
		GreeterOnRegistry.assertThatTheyMeet(
				List.of("--micro.server.address=127.0.0.1:0", "--micro.registry.gossip.bind-address=" + seed),
				List.of("--micro.registry.gossip.bind-address=127.0.0.1:0"), "--micro.registry.type=gossip",
				"--micro.registry.address=" + seed);
	}

}

package io.microspring.samples.test;

import java.util.List;

import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class GreeterOnDnsTest {

	private static final int PORT = GreeterOnRegistry.freePort();

	@RegisterExtension
	static final ExternalServer SERVER = new ExternalServer(ServerRecipe.dnsmasq("""
			local=/fleet.test/
			srv-host=_go.micro.srv.greeter._tcp.fleet.test,one.fleet.test,%d
			host-record=one.fleet.test,127.0.0.1
			""".formatted(PORT)));

	@Test
	void clientFindsTheGreeter() {
		GreeterOnRegistry.assertThatTheyMeet(List.of("--micro.server.address=127.0.0.1:" + PORT), List.of(),
				"--micro.registry.type=dns", "--micro.registry.address=" + SERVER.address(),
				"--micro.registry.dns.domain=fleet.test");
	}

}

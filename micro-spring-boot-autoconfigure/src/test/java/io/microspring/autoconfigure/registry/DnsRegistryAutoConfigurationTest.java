package io.microspring.autoconfigure.registry;

import java.time.Duration;

import io.microspring.autoconfigure.MicroRunner;
import io.microspring.autoconfigure.registry.Greeter.Text;
import io.microspring.client.Client;
import io.microspring.client.Request;
import io.microspring.plugins.registry.dns.DnsOptions;
import io.microspring.registry.Registry;
import io.microspring.server.Server;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * DNS by one property.
 */
class DnsRegistryAutoConfigurationTest {

	@RegisterExtension
	static final ExternalServer DNS = new ExternalServer(ServerRecipe.dnsmasq("""
			local=/fleet.test/
			host-record=dns-greeter.fleet.test,127.0.0.1
			"""));

	private final ApplicationContextRunner runner = MicroRunner.memory();

	@Test
	void anApplicationIsFoundByTheRecordsOfItsHost() {
		try (ConfigurableApplicationContext greeter = run("dns-greeter")) {
			String address = greeter.getBean(Server.class).address();
			try (ConfigurableApplicationContext caller = run("caller",
					"micro.registry.dns.port=" + address.substring(address.lastIndexOf(':') + 1))) {
				assertThat(caller.getBean(Registry.class).name()).isEqualTo("dns");
				Text answer = caller.getBean(Client.class)
					.call(Request.of("dns-greeter", "Say.Hello", new Text("John")), Text.class);
				assertThat(answer).isEqualTo(new Text("John"));
			}
		}
	}

	@Test
	void connectionDetailsSayWhereDnsIs() {
		this.runner
			.withPropertyValues("micro.registry.type=dns", "micro.registry.address=127.0.0.1:1",
					"micro.registry.dns.domain=fleet.test")
			.withBean(MicroRegistryConnectionDetails.class, () -> DNS::address)
			.run((context) -> assertThat(context.getBean(Registry.class).list()).isNotNull());
	}

	@Test
	void propertiesReachTheRegistry() {
		DnsOptions options = new DnsProperties("a.test", "_m._tcp.{service}", "h-{service}", 90, false,
				Duration.ofSeconds(3), Duration.ofSeconds(4), Duration.ofSeconds(5))
			.toOptions("127.0.0.1:54");
		assertThat(options).isEqualTo(DnsOptions.defaults()
			.withAddress("127.0.0.1:54")
			.withDomain("a.test")
			.withSrvName("_m._tcp.{service}")
			.withHosts("h-{service}", 90)
			.withTxt(false)
			.withTimeout(Duration.ofSeconds(3))
			.withTtl(Duration.ofSeconds(4), Duration.ofSeconds(5)));
	}

	@Test
	void aServerThatIsAwayEndsTheStartOnlyWhenToldSo() {
		String[] away = { "micro.registry.type=dns", "micro.registry.address=127.0.0.1:1",
				"micro.registry.dns.timeout=200ms" };
		this.runner.withPropertyValues(away).run((context) -> assertThat(context).hasNotFailed());
		this.runner.withPropertyValues(away)
			.withPropertyValues("micro.registry.fail-fast=true")
			.run((context) -> assertThat(context.getStartupFailure())
				.hasStackTraceContaining("dns at 127.0.0.1:1 cannot be reached"));
	}

	private static ConfigurableApplicationContext run(String name, String... more) {
		return Greeter.named(name, "dns", DNS.address())
			.properties("micro.registry.dns.domain=fleet.test")
			.properties(more)
			.run();
	}

}

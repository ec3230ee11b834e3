package io.microspring.autoconfigure.registry;

import java.util.Map;

import io.microspring.autoconfigure.MicroRunner;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import io.microspring.service.UnknownPluginException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which registries properties and connection details choose, and where. Nothing is asked
 * of them.
 */
class RegistryChoiceTest {

	private final ApplicationContextRunner runner = MicroRunner.memory()
		.withPropertyValues("micro.server.enabled=false");

	/** Nothing is said of the registry's type. */
	private final ApplicationContextRunner silent = new ApplicationContextRunner().withConfiguration(MicroRunner.PARTS)
		.withPropertyValues("micro.server.enabled=false", "micro.broker.type=memory");

	@Test
	void staticAddressesComeFromProperties() {
		this.runner
			.withPropertyValues("micro.registry.type=static",
					"micro.registry.static.services.greeter=10.0.0.1:9090, 10.0.0.2:9090",
					"micro.registry.static.services.go.micro.srv.other=10.0.0.3:9090",
					"micro.registry.static.services.list[0]=10.0.0.5:9090",
					"micro.registry.static.nodes[0].service=greeter", "micro.registry.static.nodes[0].version=2.0.0",
					"micro.registry.static.nodes[0].address=10.0.0.4:9090",
					"micro.registry.static.nodes[0].metadata.protocol=grpc",
					"micro.registry.static.pattern={service}.fleet:80")
			.run((context) -> {
				Registry registry = context.getBean(Registry.class);
				assertThat(registry.get("greeter")).extracting(Service::version).containsExactly("latest", "2.0.0");
				assertThat(registry.get("greeter")).flatExtracting(Service::nodes)
					.extracting(Node::address)
					.containsExactly("10.0.0.1:9090", "10.0.0.2:9090", "10.0.0.4:9090");
				assertThat(registry.get("greeter").get(1).nodes().get(0).metadata())
					.isEqualTo(Map.of("protocol", "grpc"));
				assertThat(registry.get("go.micro.srv.other")).hasSize(1);
				assertThat(registry.get("list")).hasSize(1);
				assertThat(registry.get("else")).flatExtracting(Service::nodes)
					.extracting(Node::address)
					.containsExactly("else.fleet:80");
			});
	}

	@Test
	void staticNodeWithoutAnAddressEndsTheStart() {
		this.runner.withPropertyValues("micro.registry.type=static", "micro.registry.static.nodes[0].service=greeter")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("greeter"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "micro.registry.type=etcd,zookeeper", "micro.registry.type=etcd, zookeeper" })
	void severalRegistriesHaveAnAddressEach(String type) {
		this.runner
			.withPropertyValues(type, "micro.registry.etcd.address=etcd-1,etcd-2",
					"micro.registry.zookeeper.address=zk:2182")
			.run(chosen("etcd at etcd-1:2379, etcd-2:2379; zookeeper at zk:2182"));
	}

	@Test
	void severalRegistriesAreNamedInALongList() {
		this.silent
			.withPropertyValues("micro.registry.type[0]=static", "micro.registry.type[1]=etcd",
					"micro.registry.static.services.greeter=10.0.0.1:9090")
			.run((context) -> {
				chosen("static, 1 services; etcd at 127.0.0.1:2379").accept(context);
				assertThat(context.getBean(Registry.class).name()).isEqualTo("static,etcd");
				assertThat(context.getBean(Registry.class).get("greeter")).hasSize(1);
			});
	}

	@Test
	void oneAddressForSeveralRegistriesIsRefused() {
		this.runner.withPropertyValues("micro.registry.type=etcd,zookeeper", "micro.registry.address=127.0.0.1:1")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("micro.registry.<type>.address"));
		this.runner.withPropertyValues("micro.registry.type=etcd,etcd")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("named twice"));
		this.runner.withPropertyValues("micro.registry.type=etcd,ectd")
			.run((context) -> assertThat(context).getFailure().rootCause().isInstanceOf(UnknownPluginException.class));
	}

	@Test
	void addressOfItsOwnWinsOverTheCommonOne() {
		this.runner
			.withPropertyValues("micro.registry.type=etcd", "micro.registry.address=common",
					"micro.registry.etcd.address=own", "micro.registry.zookeeper.address=other")
			.run(chosen("etcd at own:2379"));
	}

	@Test
	void connectionDetailsWinOverProperties() {
		this.runner
			.withPropertyValues("micro.registry.type=etcd", "micro.registry.address=common",
					"micro.registry.etcd.address=own")
			.withBean(MicroRegistryConnectionDetails.class, () -> () -> "container:1")
			.run(chosen("etcd at container:1"));
		this.runner
			.withPropertyValues("micro.registry.type=etcd,zookeeper", "micro.registry.etcd.address=own",
					"micro.registry.zookeeper.address=own")
			.withBean(Details.class, "zookeeper", "container:1")
			.run(chosen("etcd at own:2379; zookeeper at container:1"));
	}

	@Test
	void connectionDetailsChooseTheRegistryWhenNoPropertyDoes() {
		this.silent.withBean(Details.class, "etcd", "container:1").run(chosen("etcd at container:1"));
		this.silent.withBean("a", Details.class, "etcd", "container:1")
			.withBean("b", Details.class, "zookeeper", "container:2")
			.run(chosen("etcd at container:1; zookeeper at container:2"));
		this.silent.withPropertyValues("micro.registry.type=zookeeper")
			.withBean(Details.class, "etcd", "container:1")
			.run(chosen("zookeeper at 127.0.0.1:2181"));
	}

	@Test
	void connectionDetailsOfSomethingElseChooseNothing() {
		this.silent.withBean(Details.class, "unheard-of", "container:1").run(chosen("mdns, domain micro, port 5353"));
	}

	private static ContextConsumer<AssertableApplicationContext> chosen(String description) {
		return (context) -> assertThat(context.getBean(MicroRegistryAutoConfiguration.BackingRegistry.class).registry())
			.hasToString(description);
	}

	record Details(String type, String address) implements MicroRegistryConnectionDetails {

	}

}

package io.microspring.registry;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.microspring.health.HealthReport;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class StaticRegistryTest {

	private final StaticOptions options = StaticOptions.defaults()
		.withAddress("greeter=10.0.0.1:9090, greeter=10.0.0.2:9090,go.micro.srv.other=10.0.0.3:9090")
		.withService(
				Service.of("greeter", "2.0.0", StaticOptions.node("greeter", "10.0.0.4:9090", Map.of("zone", "a"))));

	@Test
	void whatIsListedIsFound() {
		try (Registry registry = Registry.fixed(this.options)) {
			assertThat(registry.name()).isEqualTo("static");
			assertThat(registry.get("greeter")).extracting(Service::version).containsExactly("latest", "2.0.0");
			assertThat(registry.get("greeter")).flatExtracting(Service::nodes)
				.extracting(Node::address)
				.containsExactly("10.0.0.1:9090", "10.0.0.2:9090", "10.0.0.4:9090");
			assertThat(registry.get("greeter").get(1).nodes()).extracting(Node::metadata)
				.containsExactly(Map.of("zone", "a"));
			assertThat(registry.get("nobody")).isEmpty();
			assertThat(registry.list()).extracting(Service::name).containsOnly("greeter", "go.micro.srv.other");
			assertThat(registry.health().state()).isEqualTo(HealthReport.State.UP);
			assertThat(registry.health().details()).containsEntry("nodes", "4");
		}
	}

	@Test
	void whatIsNotListedIsWhereThePatternSays() {
		try (Registry registry = Registry.fixed(this.options.withPattern("{service}.fleet.svc:8080"))) {
			assertThat(registry.get("nobody")).flatExtracting(Service::nodes)
				.containsExactly(Node.of("nobody-nobody.fleet.svc:8080", "nobody.fleet.svc:8080"));
			assertThat(registry.get("greeter")).hasSize(2);
		}
		try (Registry registry = Registry.fixed(StaticOptions.defaults().withPattern("{service}"))) {
			assertThat(registry.get("host:9090")).flatExtracting(Service::nodes)
				.extracting(Node::address)
				.containsExactly("host:9090");
		}
	}

	@Test
	void registeringChangesNothingAndIsSaidOnce() {
		ListAppender<ILoggingEvent> appender = new ListAppender<>();
		appender.start();
		Logger logger = (Logger) LoggerFactory.getLogger(StaticRegistry.class);
		logger.setLevel(Level.INFO);
		logger.addAppender(appender);
		List<Change> changes = new CopyOnWriteArrayList<>();
		try (Registry registry = Registry.fixed(this.options)) {
			registry.watch("", changes::add).close();
			Service mine = Service.of("mine", "latest", Node.of("mine-1", "10.0.0.9:9090"));
			registry.register(mine, Duration.ofSeconds(60));
			registry.register(mine, Duration.ofSeconds(60));
			registry.deregister(mine);
			assertThat(registry.get("mine")).isEmpty();
			assertThat(changes).isEmpty();
			assertThatIllegalArgumentException()
				.isThrownBy(() -> registry.register(Service.of("mine", "latest"), Duration.ZERO));
		}
		finally {
			logger.detachAppender(appender);
			logger.setLevel(null);
		}
		assertThat(appender.list).extracting(ILoggingEvent::getFormattedMessage)
			.containsExactly("Registry static holds fixed addresses: mine at 10.0.0.9:9090 is found only by those whose"
					+ " own list has it");
	}

	@Test
	void wrongEntriesAreRefused() {
		StaticOptions defaults = StaticOptions.defaults();
		assertThatIllegalArgumentException().isThrownBy(() -> defaults.withAddress("10.0.0.1:9090"))
			.withMessageContaining("'10.0.0.1:9090' is not service=host:port");
		assertThatIllegalArgumentException().isThrownBy(() -> defaults.withAddress("greeter="));
		assertThatIllegalArgumentException().isThrownBy(() -> defaults.withPattern("proxy:8080"))
			.withMessageContaining("{service}");
		assertThatIllegalArgumentException().isThrownBy(() -> defaults.withService(Service.of("greeter", "latest")))
			.withMessageContaining("greeter");
		assertThat(defaults.withAddress("")).isEqualTo(defaults);
	}

}

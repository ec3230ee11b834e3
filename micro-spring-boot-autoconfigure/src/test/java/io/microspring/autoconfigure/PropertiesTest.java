package io.microspring.autoconfigure;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.microspring.autoconfigure.broker.BrokerProperties;
import io.microspring.autoconfigure.broker.HttpBrokerProperties;
import io.microspring.autoconfigure.broker.JmsBrokerProperties;
import io.microspring.autoconfigure.broker.KafkaBrokerProperties;
import io.microspring.autoconfigure.broker.MqttBrokerProperties;
import io.microspring.autoconfigure.broker.NatsBrokerProperties;
import io.microspring.autoconfigure.broker.NsqBrokerProperties;
import io.microspring.autoconfigure.broker.PubSubBrokerProperties;
import io.microspring.autoconfigure.broker.RabbitBrokerProperties;
import io.microspring.autoconfigure.broker.RedisBrokerProperties;
import io.microspring.autoconfigure.client.ClientProperties;
import io.microspring.autoconfigure.registry.ConsulProperties;
import io.microspring.autoconfigure.registry.DnsProperties;
import io.microspring.autoconfigure.registry.EtcdProperties;
import io.microspring.autoconfigure.registry.GossipProperties;
import io.microspring.autoconfigure.registry.KubernetesProperties;
import io.microspring.autoconfigure.registry.MdnsProperties;
import io.microspring.autoconfigure.registry.NatsRegistryProperties;
import io.microspring.autoconfigure.registry.RegistryProperties;
import io.microspring.autoconfigure.registry.StaticProperties;
import io.microspring.autoconfigure.registry.ZooKeeperProperties;
import io.microspring.autoconfigure.selector.SelectorProperties;
import io.microspring.autoconfigure.server.ServerProperties;
import io.microspring.autoconfigure.transport.ClientSslProperties;
import io.microspring.autoconfigure.transport.HttpTransportProperties;
import io.microspring.autoconfigure.transport.NatsTransportProperties;
import io.microspring.autoconfigure.transport.RabbitTransportProperties;
import io.microspring.autoconfigure.transport.ServerSslProperties;
import io.microspring.autoconfigure.transport.TransportProperties;
import io.microspring.autoconfigure.transport.WebSocketProperties;
import io.microspring.plugins.Plugins;
import io.microspring.service.Plugin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The properties, their metadata and their page say the same.
 */
class PropertiesTest {

	private static final Path PAGE = Path.of("..", "docs", "properties.md");

	private static final List<Class<?>> RECORDS = List.of(ServerProperties.class, ClientProperties.class,
			RegistryProperties.class, MdnsProperties.class, StaticProperties.class, ConsulProperties.class,
			DnsProperties.class, EtcdProperties.class, GossipProperties.class, KubernetesProperties.class,
			NatsRegistryProperties.class, ZooKeeperProperties.class, BrokerProperties.class, HttpBrokerProperties.class,
			JmsBrokerProperties.class, KafkaBrokerProperties.class, RedisBrokerProperties.class,
			MqttBrokerProperties.class, NsqBrokerProperties.class, PubSubBrokerProperties.class,
			NatsBrokerProperties.class, RabbitBrokerProperties.class, NatsTransportProperties.class,
			RabbitTransportProperties.class, TransportProperties.class, HttpTransportProperties.class,
			ServerSslProperties.class, ClientSslProperties.class, WebSocketProperties.class, SelectorProperties.class);

	private static final List<String> SWITCHES = List.of("micro.enabled", "micro.validation.enabled",
			"micro.observability.enabled");

	/** Read for any registry by its name. */
	private static final List<String> ADDRESSES = Plugins.all()
		.stream()
		.filter((plugin) -> plugin.concept() == Plugin.Concept.REGISTRY)
		.map((plugin) -> "micro.registry." + plugin.name() + ".address")
		.toList();

	private final JsonNode metadata = metadata();

	@Test
	void everyPropertyIsDescribed() {
		for (JsonNode property : properties().values()) {
			String description = property.path("description").asString("");
			assertThat(description).as(property.path("name").asString()).endsWith(".").doesNotStartWith("The ");
			assertThat(description.substring(0, 1)).isUpperCase();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "registry", "broker", "transport", "selector", "client", "server" })
	void everyTypeHasItsValues(String concept) {
		JsonNode hint = null;
		for (JsonNode candidate : this.metadata.path("hints")) {
			hint = candidate.path("name").asString().equals("micro." + concept + ".type") ? candidate : hint;
		}
		assertThat(hint).isNotNull();
		assertThat(hint.path("values")).isNotEmpty()
			.allSatisfy((value) -> assertThat(value.path("description").asString("")).isNotEmpty());
	}

	@Test
	void thePageListsThemAll() throws IOException {
		StringBuilder table = new StringBuilder("| Property | Default | |\n|---|---|---|\n");
		properties().forEach((name, property) -> table.append("| `")
			.append(name)
			.append("` | ")
			.append(fallback(property.path("defaultValue")))
			.append(" | ")
			.append(property.path("description").asString().replace("|", "\\|"))
			.append(" |\n"));
		assertThat(Files.readString(PAGE)).contains(table);
	}

	@Test
	void theFullYamlOfThePageBindsWithNothingLeftOver() throws IOException {
		EnumerablePropertySource<?> yaml = yaml();
		Set<ConfigurationPropertyName> bound = new TreeSet<>();
		Binder binder = new Binder(ConfigurationPropertySource.from(yaml));
		for (Class<?> type : RECORDS) {
			ConfigurationPropertyName prefix = ConfigurationPropertyName
				.of(type.getAnnotation(ConfigurationProperties.class).value());
			Object full = binder.bind(prefix, Bindable.of(type), new Recording(bound)).get();
			assertThat(full.getClass()).isSameAs(type);
		}
		Stream.concat(SWITCHES.stream(), ADDRESSES.stream())
			.forEach((name) -> bound.add(ConfigurationPropertyName.of(name)));
		for (String name : yaml.getPropertyNames()) {
			assertThat(bound).contains(ConfigurationPropertyName.of(name));
		}
		Set<String> missing = new TreeSet<>(properties().keySet());
		for (String name : yaml.getPropertyNames()) {
			missing.removeIf((property) -> name.equals(property) || name.startsWith(property + ".")
					|| name.startsWith(property + "["));
		}
		assertThat(missing).as("properties that the page does not show in use").isEmpty();
	}

	@Test
	void theYamlShowsTheDefaults() throws IOException {
		Binder given = new Binder(ConfigurationPropertySource.from(yaml()));
		Binder empty = new Binder(Collections.emptyList());
		for (Class<?> type : RECORDS) {
			String prefix = type.getAnnotation(ConfigurationProperties.class).value();
			Object defaults = empty.bindOrCreate(prefix, Bindable.of(type));
			assertThat(given.bindOrCreate(prefix, Bindable.of(type))).usingRecursiveComparison()
				.ignoringFields("enabled", "name", "id", "metadata", "nodes", "properties", "services", "backoff",
						"retry.backoff", "named", "streamTimeout", "retryBudget", "hedging", "prefer", "versionSplit",
						"deregisterCriticalAfter", "secure")
				.isEqualTo(defaults);
		}
	}

	private static String fallback(JsonNode value) {
		if (value.isMissingNode() || value.asString("").isEmpty() && !value.isArray()) {
			return "";
		}
		if (value.isArray()) {
			List<String> values = new ArrayList<>();
			value.forEach((element) -> values.add("`" + element.asString() + "`"));
			return String.join(", ", values);
		}
		return "`" + value.asString() + "`";
	}

	private Map<String, JsonNode> properties() {
		Map<String, JsonNode> properties = new TreeMap<>();
		for (JsonNode property : this.metadata.path("properties")) {
			String name = property.path("name").asString();
			if (name.startsWith("micro.")) {
				properties.put(name, property);
			}
		}
		return properties;
	}

	private static EnumerablePropertySource<?> yaml() throws IOException {
		String page = Files.readString(PAGE);
		int start = page.indexOf("```yaml\n") + "```yaml\n".length();
		String yaml = page.substring(start, page.indexOf("```", start));
		return (EnumerablePropertySource<?>) new YamlPropertySourceLoader()
			.load("page", new ByteArrayResource(yaml.getBytes()))
			.get(0);
	}

	private static JsonNode metadata() {
		try {
			for (URL url : Collections.list(PropertiesTest.class.getClassLoader()
				.getResources("META-INF/spring-configuration-metadata.json"))) {
				JsonNode found = JsonMapper.shared().readTree(url.openStream());
				if (found.toString().contains("\"micro.server.name\"")) {
					return found;
				}
			}
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		throw new IllegalStateException("The metadata was not generated");
	}

	private record Recording(Set<ConfigurationPropertyName> bound) implements BindHandler {

		@Override
		public Object onSuccess(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
				Object result) {
			this.bound.add(name);
			return result;
		}

	}

}

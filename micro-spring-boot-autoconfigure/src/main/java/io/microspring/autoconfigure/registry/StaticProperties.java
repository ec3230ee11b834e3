package io.microspring.autoconfigure.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.microspring.registry.Service;
import io.microspring.registry.StaticOptions;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The addresses that the static registry knows.
 *
 * @param services Names of services, and the addresses of each with commas between.
 * @param nodes Nodes of which there is more to say than their address.
 * @param pattern Address of a service that is not listed, with {service} in place of its
 * name; empty: it is unknown.
 */
@ConfigurationProperties("micro.registry.static")
public record StaticProperties(@DefaultValue Map<String, List<String>> services, @DefaultValue List<StaticNode> nodes,
		@DefaultValue("") String pattern) {

	StaticOptions toOptions(String address) {
		List<Service> listed = new ArrayList<>(StaticOptions.defaults().withAddress(address).services());
		this.services.forEach((service, addresses) -> addresses
			.forEach((each) -> listed.add(new StaticNode(service, "latest", each, Map.of()).toService())));
		this.nodes.forEach((node) -> listed.add(node.toService()));
		return new StaticOptions(listed, this.pattern);
	}

	/**
	 * A node.
	 *
	 * @param service Name of the service that runs there.
	 * @param version Version of the service.
	 * @param address Address of the node.
	 * @param metadata What else is known of the node, such as its protocol or zone.
	 */
	public record StaticNode(@DefaultValue("") String service, @DefaultValue("latest") String version,
			@DefaultValue("") String address, @DefaultValue Map<String, String> metadata) {

		Service toService() {
			return Service.of(this.service, this.version,
					StaticOptions.node(this.service, this.address.trim(), this.metadata));
		}

	}

}

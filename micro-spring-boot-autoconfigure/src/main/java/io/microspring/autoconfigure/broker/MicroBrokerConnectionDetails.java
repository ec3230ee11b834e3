package io.microspring.autoconfigure.broker;

import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Where a broker is. A bean of this type, such as one that knows a container's mapped
 * port, takes the place of the address in the properties.
 */
@FunctionalInterface
public interface MicroBrokerConnectionDetails extends ConnectionDetails {

	/**
	 * The addresses of the broker.
	 * @return the addresses, with commas between; empty for the broker's own default
	 */
	String address();

	/**
	 * Which broker is there. It is used where {@code micro.broker.type} or that of a
	 * named broker says so; a container that may be there for other reasons, such as a
	 * registry's, chooses no broker.
	 * @return the name of the broker; empty, the default, for the application's, whatever
	 * it is
	 */
	default String type() {
		return "";
	}

}

package io.microspring.autoconfigure.broker;

import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Where the broker is. A bean of this type, such as one that knows a container's mapped
 * port, takes the place of {@code micro.broker.address}.
 */
@FunctionalInterface
public interface MicroBrokerConnectionDetails extends ConnectionDetails {

	/**
	 * The addresses of the broker.
	 * @return the addresses, with commas between; empty for the broker's own default
	 */
	String address();

}

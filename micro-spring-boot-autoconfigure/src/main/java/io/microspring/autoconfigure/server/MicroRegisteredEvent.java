package io.microspring.autoconfigure.server;

import io.microspring.registry.Service;

/**
 * The service has been announced, and is renewed from now on.
 *
 * @param service the service with its one node
 */
public record MicroRegisteredEvent(Service service) {

}

package io.microspring.autoconfigure.server;

import io.microspring.registry.Service;

/**
 * The server listens; it is not registered yet.
 *
 * @param service the service with its one node
 */
public record MicroServerStartedEvent(Service service) {

}

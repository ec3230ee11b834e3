package io.microspring.autoconfigure.server;

import io.microspring.registry.Service;

/**
 * The registration has been taken back, and the news had time to travel; calls are still
 * answered.
 *
 * @param service the service with its one node
 */
public record MicroDeregisteredEvent(Service service) {

}

/**
 * NATS as the registry (go-micro: registry/nats).
 */
@NullMarked
package io.microspring.plugins.registry.nats;

import org.jspecify.annotations.NullMarked;

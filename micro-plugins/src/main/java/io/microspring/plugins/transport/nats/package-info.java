/**
 * NATS as the transport (go-micro: transport/nats).
 */
@NullMarked
package io.microspring.plugins.transport.nats;

import org.jspecify.annotations.NullMarked;

/**
 * NATS as the broker, plain or with JetStream (go-micro: broker/nats).
 */
@NullMarked
package io.microspring.plugins.broker.nats;

import org.jspecify.annotations.NullMarked;

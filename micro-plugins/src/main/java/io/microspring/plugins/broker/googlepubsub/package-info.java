/**
 * Messages over Google Cloud Pub/Sub (go-micro: {@code go-plugins/broker/googlepubsub}).
 */
@NullMarked
package io.microspring.plugins.broker.googlepubsub;

import org.jspecify.annotations.NullMarked;

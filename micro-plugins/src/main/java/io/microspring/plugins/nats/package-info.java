/**
 * What all that goes through NATS needs: where the servers are, and the connection to
 * them (go-micro: the same fields of each plugin named nats).
 */
@NullMarked
package io.microspring.plugins.nats;

import org.jspecify.annotations.NullMarked;

/**
 * Connections between two services, and the messages on them (go-micro: transport).
 */
@NullMarked
package io.microspring.transport;

import org.jspecify.annotations.NullMarked;

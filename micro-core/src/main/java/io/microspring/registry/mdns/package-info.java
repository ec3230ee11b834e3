/**
 * Multicast DNS without any server (go-micro: registry/mdns and util/mdns).
 */
@NullMarked
package io.microspring.registry.mdns;

import org.jspecify.annotations.NullMarked;

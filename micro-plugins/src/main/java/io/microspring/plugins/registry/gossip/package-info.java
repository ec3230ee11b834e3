/**
 * A registry without a server, by the gossip of its members (go-micro:
 * {@code registry/gossip}).
 */
@NullMarked
package io.microspring.plugins.registry.gossip;

import org.jspecify.annotations.NullMarked;

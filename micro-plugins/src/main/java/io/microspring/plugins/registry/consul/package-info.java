/**
 * Consul as the registry (go-micro: registry/consul).
 */
@NullMarked
package io.microspring.plugins.registry.consul;

import org.jspecify.annotations.NullMarked;

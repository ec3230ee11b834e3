/**
 * Kubernetes as the registry: services on their pods, or behind the Services of the
 * cluster (go-micro: registry/kubernetes).
 */
@NullMarked
package io.microspring.plugins.registry.kubernetes;

import org.jspecify.annotations.NullMarked;

/**
 * etcd as the registry (go-micro: registry/etcd).
 */
@NullMarked
package io.microspring.plugins.registry.etcd;

import org.jspecify.annotations.NullMarked;

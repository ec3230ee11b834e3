/**
 * ZooKeeper as the registry (go-micro: plugins/registry/zookeeper).
 */
@NullMarked
package io.microspring.plugins.registry.zookeeper;

import org.jspecify.annotations.NullMarked;

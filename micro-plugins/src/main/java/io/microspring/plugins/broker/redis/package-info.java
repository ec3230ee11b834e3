/**
 * Redis as the broker (go-micro: go-plugins/broker/redis).
 */
@NullMarked
package io.microspring.plugins.broker.redis;

import org.jspecify.annotations.NullMarked;

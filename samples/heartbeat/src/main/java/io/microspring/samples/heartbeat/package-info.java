/**
 * A registration that ends with its process (go-micro: examples/heartbeat).
 */
@NullMarked
package io.microspring.samples.heartbeat;

import org.jspecify.annotations.NullMarked;

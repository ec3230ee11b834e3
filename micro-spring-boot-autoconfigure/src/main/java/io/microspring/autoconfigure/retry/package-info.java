/**
 * How long is waited before another attempt, of calls and of messages (go-micro:
 * client.Backoff).
 */
@NullMarked
package io.microspring.autoconfigure.retry;

import org.jspecify.annotations.NullMarked;

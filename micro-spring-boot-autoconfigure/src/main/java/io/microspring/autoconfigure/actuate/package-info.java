/**
 * What the service says of itself: endpoints and health (go-micro: the Debug handler).
 */
@NullMarked
package io.microspring.autoconfigure.actuate;

import org.jspecify.annotations.NullMarked;

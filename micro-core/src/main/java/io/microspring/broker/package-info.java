/**
 * Messages by topic (go-micro: broker).
 */
@NullMarked
package io.microspring.broker;

import org.jspecify.annotations.NullMarked;

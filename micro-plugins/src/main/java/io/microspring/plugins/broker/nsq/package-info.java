/**
 * Messages over NSQ (go-micro: {@code go-plugins/broker/nsq}).
 */
@NullMarked
package io.microspring.plugins.broker.nsq;

import org.jspecify.annotations.NullMarked;

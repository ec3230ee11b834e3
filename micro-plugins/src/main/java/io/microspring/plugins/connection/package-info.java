/**
 * What brokers share that keep one connection to their server (go-micro: the connection
 * that each of its broker plug-ins keeps between {@code Connect} and {@code Disconnect}).
 */
@NullMarked
package io.microspring.plugins.connection;

import org.jspecify.annotations.NullMarked;

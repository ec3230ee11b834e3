/**
 * Real servers for tests: found, started on private ports, stopped, killed and restarted
 * (go-micro has no counterpart).
 */
@NullMarked
package io.microspring.test.server;

import org.jspecify.annotations.NullMarked;

/**
 * Serves endpoints and topics, and keeps itself registered (go-micro: server).
 */
@NullMarked
package io.microspring.server;

import org.jspecify.annotations.NullMarked;

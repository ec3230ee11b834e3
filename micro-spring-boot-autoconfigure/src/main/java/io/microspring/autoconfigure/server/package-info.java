/**
 * Makes the server, gives it what the application serves, and starts and stops it with
 * the application (go-micro: micro.Service).
 */
@NullMarked
package io.microspring.autoconfigure.server;

import org.jspecify.annotations.NullMarked;

/**
 * What an application writes on its classes to serve, subscribe and call (go-micro:
 * RegisterHandler, RegisterSubscriber and the generated clients).
 */
@NullMarked
package io.microspring.annotation;

import org.jspecify.annotations.NullMarked;

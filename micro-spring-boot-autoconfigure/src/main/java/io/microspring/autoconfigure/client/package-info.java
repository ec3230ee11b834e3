/**
 * Makes the client and the implementations of client interfaces (go-micro: micro.Client
 * and the generated NewXService).
 */
@NullMarked
package io.microspring.autoconfigure.client;

import org.jspecify.annotations.NullMarked;

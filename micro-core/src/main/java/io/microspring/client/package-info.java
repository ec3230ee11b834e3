/**
 * Calls services by name (go-micro: client).
 */
@NullMarked
package io.microspring.client;

import org.jspecify.annotations.NullMarked;

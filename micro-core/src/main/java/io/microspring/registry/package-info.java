/**
 * Where services announce themselves and are found (go-micro: registry).
 */
@NullMarked
package io.microspring.registry;

import org.jspecify.annotations.NullMarked;

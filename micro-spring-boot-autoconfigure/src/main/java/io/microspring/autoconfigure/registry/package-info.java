/**
 * Makes the registry that was chosen (go-micro: the flags --registry and
 * --registry_address).
 */
@NullMarked
package io.microspring.autoconfigure.registry;

import org.jspecify.annotations.NullMarked;

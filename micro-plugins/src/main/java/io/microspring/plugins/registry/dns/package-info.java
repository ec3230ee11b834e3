/**
 * DNS as the registry (go-micro: selector/dns).
 */
@NullMarked
package io.microspring.plugins.registry.dns;

import org.jspecify.annotations.NullMarked;

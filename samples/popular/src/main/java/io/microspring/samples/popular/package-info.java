/**
 * A service of one endpoint (go-micro: a service generated from a .proto).
 */
@NullMarked
package io.microspring.samples.popular;

import org.jspecify.annotations.NullMarked;

/**
 * A service in plain records (go-micro: a handler with its own structs).
 */
@NullMarked
package io.microspring.samples.records;

import org.jspecify.annotations.NullMarked;

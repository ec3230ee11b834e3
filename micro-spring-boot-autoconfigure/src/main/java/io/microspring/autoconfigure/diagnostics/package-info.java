/**
 * Says in plain words why an application did not start, and what to do (go-micro has no
 * counterpart).
 */
@NullMarked
package io.microspring.autoconfigure.diagnostics;

import org.jspecify.annotations.NullMarked;

/**
 * Programs in processes of their own, for tests that kill one, or that must share nothing
 * with it (go-micro has no counterpart; its tests stay in one process).
 */
@NullMarked
package io.microspring.test.process;

import org.jspecify.annotations.NullMarked;

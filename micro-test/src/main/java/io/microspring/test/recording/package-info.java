/**
 * Plays recorded exchanges of real go-micro: as its client to a server of ours, as its
 * server to a client of ours (go-micro has no counterpart; it is the original).
 */
@NullMarked
package io.microspring.test.recording;

import org.jspecify.annotations.NullMarked;

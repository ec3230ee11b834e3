/**
 * Plays recorded exchanges of real go-micro: as its client to a server of ours, as its
 * server to a client of ours (go-micro has no counterpart; it is the original). Each
 * family of recordings is one {@link io.microspring.test.recording.Family}, whose Javadoc
 * says how to add one.
 */
@NullMarked
package io.microspring.test.recording;

import org.jspecify.annotations.NullMarked;

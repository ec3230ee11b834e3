/**
 * What client and server share about one call: its deadline, its context, its stream
 * (go-micro: context, metadata, client.Stream, server.Stream).
 */
@NullMarked
package io.microspring.call;

import org.jspecify.annotations.NullMarked;

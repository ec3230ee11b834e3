/**
 * MessagePack, bare and as msgpack-rpc (go-micro: codec/msgpackrpc).
 */
@NullMarked
package io.microspring.plugins.codec.msgpack;

import org.jspecify.annotations.NullMarked;

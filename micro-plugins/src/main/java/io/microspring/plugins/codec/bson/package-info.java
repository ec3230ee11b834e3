/**
 * BSON, bare and as bson-rpc (go-micro: codec/bsonrpc).
 */
@NullMarked
package io.microspring.plugins.codec.bson;

import org.jspecify.annotations.NullMarked;

package io.microspring.plugins.codec.bson;

import io.microspring.codec.Codec;

/**
 * The codecs of BSON. Needs {@code org.mongodb:bson}.
 * <p>
 * Objects are documents by the names of their fields; what is no object is the only field
 * {@code _Val_} of one, as Go's writer has it. Bytes are binary, times are ISO texts;
 * integers beyond 64 bits and exact decimals are Decimal128, or texts when they have more
 * than 34 digits. Read are BSON's own times, object ids, symbols and time stamps too, and
 * texts as the bytes that Go's writer makes of them. go-micro: {@code codec/bsonrpc}.
 */
public final class BsonCodec {

	private static final Codec BARE = Codec.of(new BsonFormat());

	private static final Codec RPC = new BsonRpcCodec(BARE);

	private BsonCodec() {
	}

	/**
	 * One document and nothing else: {@code application/bson}.
	 * @return the codec
	 */
	public static Codec bare() {
		return BARE;
	}

	/**
	 * A document that is the header before the one that is the body, as go-micro's
	 * plug-in writes it: {@code application/bson-rpc}. An event is bare.
	 * @return the codec
	 */
	public static Codec rpc() {
		return RPC;
	}

}

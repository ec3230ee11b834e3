package io.microspring.plugins.codec.msgpack;

import io.microspring.codec.Codec;

/**
 * The codecs of MessagePack. Needs {@code org.msgpack:msgpack-core}.
 * <p>
 * Objects are maps by the names of their fields, bytes are bytes, times are ISO texts;
 * numbers that MessagePack has no form for, beyond 64 bits or exact decimals, are texts.
 * Read are the time stamps of MessagePack and of Go's {@code msgp} too. go-micro:
 * {@code codec/msgpackrpc}.
 */
public final class MessagePackCodec {

	private static final Codec BARE = Codec.of(new MessagePackFormat());

	private static final Codec RPC = new MessagePackRpcCodec(BARE);

	private MessagePackCodec() {
	}

	/**
	 * One value and nothing else: {@code application/msgpack},
	 * {@code application/x-msgpack}, {@code application/vnd.msgpack}.
	 * @return the codec
	 */
	public static Codec bare() {
		return BARE;
	}

	/**
	 * In the envelope of msgpack-rpc, events too, as go-micro's plug-in writes it:
	 * {@code application/msgpack-rpc}. A Go service mostly has it under
	 * {@code application/msgpack}, for which there is {@link Codec#under}.
	 * @return the codec
	 */
	public static Codec rpc() {
		return RPC;
	}

}

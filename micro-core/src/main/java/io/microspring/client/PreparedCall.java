package io.microspring.client;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.microspring.call.CallContext;
import io.microspring.client.CallFunction.Outgoing;
import io.microspring.codec.Codec;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.selector.Filter;
import io.microspring.selector.Selection;
import io.microspring.selector.Strategy;
import org.jspecify.annotations.Nullable;

/**
 * What of a call is the same for every node it is tried on. To be used by one thread at a
 * time.
 */
final class PreparedCall implements Selection {

	private static final int LONGEST_TEXT = 300;

	private final RpcClient client;

	private final Outgoing call;

	private final String id;

	private final String contentType;

	private final CallContext context;

	/** What the codec was chosen for. */
	private Dialect dialect;

	private Codec codec;

	private Message body;

	/** Encodes at once: the caller may change the object afterwards. */
	PreparedCall(RpcClient client, Outgoing call, CallContext context) {
		this.client = client;
		this.call = call;
		this.context = context;
		this.id = client.dialects.nextId();
		this.contentType = client.contentType(call);
		this.dialect = client.dialects.expected(call, this.contentType);
		this.codec = this.dialect.codec(this.contentType);
		this.body = encode(call.request().body());
	}

	/** The same, to be tried beside it: encoded as it was then. */
	PreparedCall(PreparedCall other) {
		this.client = other.client;
		this.call = other.call;
		this.context = other.context;
		this.id = other.id;
		this.contentType = other.contentType;
		this.dialect = other.dialect;
		this.codec = other.codec;
		this.body = other.body;
	}

	/**
	 * The request's body for a node.
	 * @param spoken the dialect of the node
	 * @return the encoded body
	 */
	Message body(Dialect spoken) {
		if (spoken != this.dialect) {
			this.dialect = spoken;
			Codec other = spoken.codec(this.contentType);
			if (other != this.codec) {
				this.codec = other;
				this.body = encode(this.call.request().body());
			}
		}
		return this.body;
	}

	/** Encodes an object of the caller's, for the node that was last given. */
	Message encode(@Nullable Object object) {
		Message encoded = this.codec.write(
				new Codec.Header(Codec.Kind.REQUEST, this.id, this.call.request().service(), endpoint(), null), object);
		int limit = this.client.options().maxMessageSize();
		if (encoded.body().length > limit) {
			throw MicroException.of(Dialects.ID, 413, "the request to " + this.call.request().service() + " "
					+ endpoint() + " is " + encoded.body().length + " bytes, over the limit of " + limit);
		}
		return encoded;
	}

	/**
	 * Refuses what is over the limit.
	 * @param message what was answered
	 * @param address who answered
	 * @return the error, or null when the message is small enough
	 */
	@Nullable MicroException tooLarge(Message message, String address) {
		int limit = this.client.options().maxMessageSize();
		return (message.body().length <= limit) ? null : MicroException.of(Dialects.ID, 413,
				"the answer " + of(address) + " is " + message.body().length + " bytes, over the limit of " + limit);
	}

	/** Decodes an object of the handler's. */
	@Nullable Object decode(Message message, String address) {
		String error;
		try {
			Codec.Incoming read = this.codec.read(Codec.Kind.RESPONSE, message);
			error = read.header().error();
			if (error == null) {
				return read.body(this.call.type());
			}
		}
		catch (MicroException ex) {
			throw MicroException
				.internalServerError(Dialects.ID, "the answer " + of(address) + ": " + detail(message, ex))
				.because(ex);
		}
		throw MicroException.parse(error);
	}

	/** A Go server says in a plain text what it does not understand, and no more. */
	private static String detail(Message message, MicroException undecodable) {
		String contentType = message.header(Headers.CONTENT_TYPE);
		if (contentType == null || !contentType.startsWith("text/plain")) {
			return undecodable.detail();
		}
		byte[] body = message.body();
		return new String(body, 0, Math.min(body.length, LONGEST_TEXT), StandardCharsets.UTF_8).strip();
	}

	private String of(String address) {
		return "of " + this.call.request().service() + " " + endpoint() + " at " + address;
	}

	RpcClient client() {
		return this.client;
	}

	Outgoing call() {
		return this.call;
	}

	/** The number of the call, in decimal. */
	String id() {
		return this.id;
	}

	@Override
	public String service() {
		return this.call.request().service();
	}

	@Override
	public String endpoint() {
		return this.call.request().endpoint();
	}

	@Override
	public List<Filter> filters() {
		return this.call.options().filters();
	}

	@Override
	public @Nullable Strategy strategy() {
		return this.call.options().strategy();
	}

	@Override
	public @Nullable String key() {
		return this.call.options().key();
	}

	@Override
	public @Nullable String metadata(String name) {
		String own = this.call.options().metadata().get(name);
		return (own != null) ? own : propagated().get(name);
	}

	@Override
	public String caller() {
		return this.context.caller();
	}

	@Override
	public boolean idempotent() {
		return this.call.options().idempotent();
	}

	@Override
	public boolean stream() {
		return this.call.stream();
	}

	String contentType() {
		return this.contentType;
	}

	/** Whether it has no headers but those that the protocol gives it. */
	boolean isPlain() {
		return propagated().isEmpty() && this.call.options().metadata().isEmpty();
	}

	/** Headers of the call that is being served and that are carried on. */
	Metadata propagated() {
		return this.context.metadata();
	}

}

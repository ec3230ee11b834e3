package io.microspring.client;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import io.microspring.client.CallFunction.Outgoing;
import io.microspring.client.MucpDialect.Peer;
import io.microspring.codec.Codec;
import io.microspring.codec.Codecs;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Metadata;
import io.microspring.registry.Node;
import org.jspecify.annotations.Nullable;

/**
 * Which dialect a node is spoken to in, and what all dialects have in common.
 */
final class Dialects {

	/** Who says so when a call fails on this side. */
	static final String ID = "go.micro.client";

	/** Headers that say what a message is: never a user's (protocol reference §3.3). */
	private static final String[] OWN = { Headers.STREAM, Headers.ERROR, Headers.TOPIC, Headers.TARGET, Headers.TIMEOUT,
			Headers.FALLBACK_PREFIX + Headers.STREAM, Headers.FALLBACK_PREFIX + Headers.TOPIC,
			Headers.FALLBACK_PREFIX + Headers.TARGET };

	/** What a server of ours says of itself in the registry. */
	private static final String RUNTIME = "micro-runtime";

	/** How many calls share a connection to it. */
	private static final String MULTIPLEX = "micro-mux";

	private final Mucp mucp;

	/** mucp by the transport that a node announces. */
	private final Map<String, Mucp> byTransport = new HashMap<>();

	private final Dialect grpc;

	/** Many calls on one connection, by the transport that a node announces. */
	private final Map<String, MuxDialect> multiplexed = new HashMap<>();

	private volatile boolean sharing;

	private final AtomicLong sequence = new AtomicLong();

	/**
	 * The dialects of a client.
	 * @param mucp mucp on each transport, the client's own first
	 * @param multiplexed the transports on which calls can share a connection
	 * @param grpc gRPC
	 * @param sharing whether calls are to share them
	 */
	Dialects(List<MucpDialect> mucp, List<MuxDialect> multiplexed, Dialect grpc, boolean sharing) {
		multiplexed.forEach((dialect) -> this.multiplexed.put(dialect.transport(), dialect));
		mucp.forEach((dialect) -> this.byTransport.put(dialect.transport(), Mucp.of(dialect)));
		this.mucp = Mucp.of(mucp.get(0));
		this.grpc = grpc;
		this.sharing = sharing;
	}

	/** Whether calls are to share connections where they can, from now on. */
	void share(boolean wanted) {
		this.sharing = wanted;
	}

	/** The next number of a call. */
	String nextId() {
		return Long.toString(this.sequence.getAndIncrement());
	}

	/**
	 * The dialect that a call is most likely to be made in.
	 * @param call the call
	 * @param contentType its content type
	 * @return the dialect
	 */
	Dialect expected(Outgoing call, String contentType) {
		Dialect wanted = wanted(call);
		return (wanted != null) ? wanted
				: (isPath(call) || GrpcDialect.isOwn(contentType)) ? this.grpc : this.mucp.ours();
	}

	/**
	 * The dialect that a node is spoken to in: what the call or the client asks for, else
	 * what the node says: mucp to an address, and in its envelopes to a node that says
	 * nothing, but gRPC for an endpoint that is written as a path. mucp goes over the
	 * transport that the node announces.
	 * @param node the node
	 * @param call the call that is to be made
	 * @return the dialect
	 * @throws MicroException 501 when the node serves another protocol
	 */
	Dialect of(Node node, Outgoing call) {
		Dialect wanted = wanted(call);
		if (wanted != null) {
			return (wanted == this.mucp.ours()) ? ours(node, mucp(node)) : wanted;
		}
		if (node.id().isEmpty()) {
			return isPath(call) ? this.grpc : this.mucp.ours();
		}
		String protocol = node.metadata().get("protocol");
		if (protocol == null || protocol.isEmpty()) {
			boolean grpc = "grpc".equals(node.metadata().get("server")) || isPath(call);
			return grpc ? this.grpc : mucp(node).olderGo();
		}
		if (protocol.equals("mucp")) {
			Mucp spoken = mucp(node);
			return node.metadata().containsKey(RUNTIME) ? ours(node, spoken)
					: CallOptions.set(call.options().contentType()).isEmpty() ? spoken.goOfItsChoice() : spoken.go();
		}
		if (protocol.equals("grpc")) {
			return this.grpc;
		}
		throw MicroException.of(ID, 501, "node " + node.id() + " of " + call.request().service() + " speaks " + protocol
				+ ", this client speaks mucp and grpc");
	}

	/** On a connection that calls share, if the node announces that and it is there. */
	private Dialect ours(Node node, Mucp spoken) {
		String name = node.metadata().get(MULTIPLEX);
		if (name != null && this.sharing) {
			MuxDialect shared = this.multiplexed.get(node.metadata().getOrDefault("transport", ""));
			if (shared != null && name.equals(shared.name()) && shared.isReady(node.address())) {
				return shared;
			}
		}
		return spoken.ours();
	}

	/** On the transport that the node announces, if it is one that can be dialled. */
	private Mucp mucp(Node node) {
		return this.byTransport.getOrDefault(node.metadata().get("transport"), this.mucp);
	}

	private static boolean isPath(Outgoing call) {
		return call.request().endpoint().startsWith("/");
	}

	private @Nullable Dialect wanted(Outgoing call) {
		String protocol = CallOptions.set(call.options().protocol());
		return protocol.equals(ClientOptions.AUTO) ? null : protocol.equals("grpc") ? this.grpc : this.mucp.ours();
	}

	/**
	 * The headers that a call carries whatever the dialect: those that are carried on,
	 * then the call's own, without those that would make it something else.
	 * @param call the call
	 * @return the headers
	 */
	static Metadata.Builder headers(PreparedCall call) {
		Metadata.Builder headers = call.propagated().toBuilder().setAll(call.call().options().metadata());
		for (String name : OWN) {
			headers.remove(name);
		}
		String fromService = call.client().name();
		if (!fromService.isEmpty()) {
			headers.set(Headers.FROM_SERVICE, fromService);
		}
		return headers;
	}

	/**
	 * The codec of a content type.
	 * @param codecs the codecs
	 * @param contentType the content type
	 * @return the codec
	 * @throws MicroException 500 when there is none
	 */
	static Codec codec(Codecs codecs, String contentType) {
		Codec codec = codecs.find(contentType);
		if (codec == null) {
			throw MicroException.internalServerError(ID, "Unsupported Content-Type: " + contentType + "; there are "
					+ String.join(", ", codecs.contentTypes()));
		}
		return codec;
	}

	/** mucp on one transport, for each kind of peer. */
	private record Mucp(Dialect ours, Dialect go, Dialect goOfItsChoice, Dialect olderGo) {

		static Mucp of(MucpDialect dialect) {
			return new Mucp(dialect, dialect.to(Peer.GO), dialect.to(Peer.GO_OF_ITS_CHOICE), dialect.to(Peer.OLDER_GO));
		}

	}

}

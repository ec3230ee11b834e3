package io.microspring.client;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.microspring.call.Deadline;
import io.microspring.call.GrpcTimeout;
import io.microspring.codec.Codec;
import io.microspring.codec.Codecs;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;

/**
 * gRPC, as go-micro's gRPC client speaks it and every gRPC server understands it
 * (protocol reference §4.1). Each call is a stream of a connection that the transport
 * shares among them.
 */
final class GrpcDialect implements Dialect {

	static final String CONTENT_TYPE = "application/grpc";

	private static final String PROTO = "application/grpc+proto";

	private static final String JSON = "application/grpc+json";

	private static final String BYTES = "application/grpc+bytes";

	/** The content type that was asked for, of which the wire's is a form. */
	private static final String REQUESTED_TYPE = "x-content-type";

	/** Headers that gRPC gives a meaning: never a user's. */
	private static final String[] OWN = { "grpc-timeout", "grpc-encoding", "grpc-accept-encoding", "grpc-message-type",
			"te", "host", "connection", ":authority", Headers.CALL_PROTOCOL, Headers.PATH, Headers.HTTP_METHOD,
			Headers.HTTP_STATUS, Headers.END };

	private static final Message END = Message.of(Metadata.of(Headers.END, "true"));

	private static final Message NOTHING = Message.of(Metadata.empty());

	/** Closing a call at once would cancel a handler that is about to see its end. */
	private static final Duration GRACE = Duration.ofSeconds(1);

	private final Codecs codecs;

	private final Transport transport;

	private final Set<GrpcExchange> open = ConcurrentHashMap.newKeySet();

	private volatile boolean closed;

	GrpcDialect(Codecs codecs, Transport transport) {
		this.codecs = codecs;
		this.transport = transport;
	}

	/** Whether a content type says that gRPC is meant. */
	static boolean isOwn(String contentType) {
		return contentType.startsWith(CONTENT_TYPE) || contentType.equals("application/proto");
	}

	@Override
	public Codec codec(String contentType) {
		if (!contentType.startsWith("application/")) {
			throw MicroException.internalServerError(Dialects.ID,
					"Unsupported Content-Type: gRPC has no name for " + contentType + ", only for application/...");
		}
		return Dialects.codec(this.codecs, switch (contentType) {
			case CONTENT_TYPE, PROTO, "application/proto" -> Codecs.PROTOBUF;
			case JSON -> Codecs.JSON;
			case BYTES -> Codecs.BYTES;
			default -> contentType.startsWith(CONTENT_TYPE + "+")
					? "application/" + contentType.substring(CONTENT_TYPE.length() + 1) : contentType;
		});
	}

	@Override
	public CompletableFuture<GrpcExchange> connect(String address, Duration timeout) {
		return open(address, timeout).thenApply((socket) -> {
			GrpcExchange exchange = new GrpcExchange(socket, this.open::remove);
			this.open.add(exchange);
			if (this.closed) {
				exchange.close();
			}
			return exchange;
		});
	}

	@Override
	public CompletableFuture<Socket> open(String address, Duration timeout) {
		if (this.closed) {
			return CompletableFuture.failedFuture(new TransportException("the client is closed", true, null));
		}
		return this.transport.openStream(address, timeout);
	}

	@Override
	public Message request(PreparedCall call, Message body, Deadline limit) {
		return new Message(headers(call, limit), body.body());
	}

	@Override
	public @Nullable MicroException error(Message answer) {
		return GrpcErrors.of(answer.headers());
	}

	@Override
	public Conversation conversation(PreparedCall call) {
		return new GrpcConversation(call);
	}

	/** How many calls are under way, streams apart. */
	int openCount() {
		return this.open.size();
	}

	void close() {
		this.closed = true;
		this.open.forEach(GrpcExchange::close);
	}

	/** The message that says that nothing more is sent. */
	static Message end() {
		return END;
	}

	private static Metadata headers(PreparedCall call, Deadline deadline) {
		Metadata.Builder headers = Dialects.headers(call);
		for (String name : OWN) {
			headers.remove(name);
		}
		headers.set(Headers.CALL_PROTOCOL, "grpc")
			.set(Headers.HTTP_METHOD, "POST")
			.set(Headers.PATH, path(call.call().request().service(), call.endpoint()))
			.set("content-type", onTheWire(call.contentType()))
			.set("te", "trailers")
			.set(REQUESTED_TYPE, call.contentType());
		if (!deadline.isNone()) {
			long nanos = Math.max(1, deadline.remainingNanos());
			headers.set("grpc-timeout", GrpcTimeout.format(nanos)).set("timeout", Long.toString(nanos));
		}
		return headers.build();
	}

	/**
	 * The path of an endpoint: {@code Say.Hello} of a service is a handler in the package
	 * that the service is named after; an endpoint with a package of its own, such as
	 * {@code helloworld.Greeter.SayHello} or {@code /helloworld.Greeter/SayHello}, stands
	 * for itself.
	 * @param service the service
	 * @param endpoint the endpoint
	 * @return the path
	 */
	static String path(String service, String endpoint) {
		if (endpoint.indexOf('/') >= 0) {
			return endpoint.startsWith("/") ? endpoint : "/" + endpoint;
		}
		int dot = endpoint.lastIndexOf('.');
		if (dot < 0) {
			return "/" + service + "/" + endpoint;
		}
		String handler = endpoint.substring(0, dot);
		String prefix = (service.isEmpty() || handler.indexOf('.') >= 0) ? "/" : "/" + service + ".";
		return prefix + handler + "/" + endpoint.substring(dot + 1);
	}

	private static String onTheWire(String contentType) {
		return switch (contentType) {
			case Codecs.PROTOBUF, Codecs.BYTES, CONTENT_TYPE, PROTO, "application/proto" -> PROTO;
			case Codecs.JSON, JSON -> JSON;
			default -> contentType.startsWith(CONTENT_TYPE) ? contentType
					: CONTENT_TYPE + "+" + contentType.substring("application/".length());
		};
	}

	/**
	 * A stream of gRPC: half-close is real, and whoever gives up cancels.
	 *
	 * @param call the call that opens it
	 */
	private record GrpcConversation(PreparedCall call) implements Conversation {

		@Override
		public Message opening(Deadline deadline) {
			return Message.of(headers(this.call, deadline));
		}

		@Override
		public Message message(Message encoded) {
			return encoded;
		}

		@Override
		public Message nothing() {
			return NOTHING;
		}

		@Override
		public Duration grace() {
			return GRACE;
		}

		@Override
		public Message end() {
			return END;
		}

		@Override
		public @Nullable Message failure(MicroException error) {
			return null;
		}

		@Override
		public void received(Message message, ClientStream stream) {
			if (message.header(Headers.END) != null) {
				stream.endAnswered(GrpcErrors.of(message.headers()));
			}
			else if (message.header(Headers.HTTP_STATUS) == null) {
				stream.add(message);
			}
			else {
				MicroException other = GrpcErrors.ofOtherProtocol(message.headers());
				if (other != null) {
					stream.endRefused(other);
				}
			}
		}

	}

}

package io.microspring.client;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.microspring.call.Deadline;
import io.microspring.codec.Codec;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.CallTemplate;
import io.microspring.transport.Multiplex;
import io.microspring.transport.MultiplexedCall;
import io.microspring.transport.Socket;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;

/**
 * mucp between two services of ours, many calls at a time on a connection: the headers
 * that calls have in common are sent once. Only for nodes whose connection is there
 * ({@link #isReady}); before and after that mucp is spoken over HTTP/1.1.
 */
final class MuxDialect implements Dialect {

	/** How many kinds of calls are remembered. */
	private static final int MOST_TEMPLATES = 10_000;

	private static final Message END = Message.of(Metadata.of(Headers.END, ""));

	private static final Message NOTHING = Message.of(Metadata.empty());

	/** Closing a stream at once would cancel a handler that is about to see its end. */
	static final Duration GRACE = Duration.ofSeconds(1);

	private final MucpDialect mucp;

	private final MuxPool pool;

	private final Map<Kind, CallTemplate> templates = new ConcurrentHashMap<>();

	MuxDialect(MucpDialect mucp, MuxPool pool) {
		this.mucp = mucp;
		this.pool = pool;
	}

	/** What a node must announce. */
	@Nullable String name() {
		return this.pool.transport().multiplex();
	}

	/** The name of the transport it is spoken on. */
	String transport() {
		return this.mucp.transport();
	}

	/** Whether a call can be made at once; otherwise a connection is being dialled. */
	boolean isReady(String address) {
		return this.pool.find(address) != null;
	}

	@Override
	public Codec codec(String contentType) {
		return this.mucp.codec(contentType);
	}

	@Override
	public @Nullable Exchange ready(String address) {
		Multiplex connection = this.pool.find(address);
		return (connection == null) ? this.mucp.ready(address) : new MuxExchange(connection);
	}

	@Override
	public CompletableFuture<? extends Exchange> connect(String address, Duration timeout) {
		// The connection was there a moment ago.
		return this.mucp.connect(address, timeout);
	}

	@Override
	public CompletableFuture<Socket> open(String address, Duration timeout) {
		Socket stream = stream(address);
		return (stream != null) ? CompletableFuture.completedFuture(stream)
				: CompletableFuture.failedFuture(new TransportException("no connection to " + address, true, null));
	}

	@Override
	public CompletableFuture<Opened> open(PreparedCall call, String address, Duration timeout) {
		Socket stream = stream(address);
		return (stream != null) ? CompletableFuture.completedFuture(new Opened(stream, conversation(call)))
				: this.mucp.open(call, address, timeout);
	}

	private @Nullable Socket stream(String address) {
		Multiplex connection = this.pool.findForStream(address);
		try {
			return (connection == null) ? null : connection.open();
		}
		catch (TransportException ex) {
			// It has closed just now.
			return null;
		}
	}

	@Override
	public Message request(PreparedCall call, Message body, Deadline limit) {
		return this.mucp.request(call, body, limit);
	}

	@Override
	public @Nullable MicroException error(Message answer) {
		return answer.headers().isEmpty() ? null : this.mucp.error(answer);
	}

	@Override
	public Conversation conversation(PreparedCall call) {
		return new MuxConversation(this, call);
	}

	private CallTemplate template(PreparedCall call) {
		Kind kind = new Kind(call.call().request().service(), call.endpoint(), call.contentType());
		CallTemplate known = this.templates.get(kind);
		if (known != null) {
			return known;
		}
		Metadata.Builder headers = this.mucp.own(Metadata.builder(), call);
		String fromService = call.client().name();
		if (!fromService.isEmpty()) {
			headers.set(Headers.FROM_SERVICE, fromService);
		}
		CallTemplate template = new CallTemplate(headers.build());
		if (this.templates.size() >= MOST_TEMPLATES) {
			return template;
		}
		CallTemplate earlier = this.templates.putIfAbsent(kind, template);
		return (earlier != null) ? earlier : template;
	}

	/** What a call has that others of its kind have not. */
	private static Metadata headers(PreparedCall call, Message body) {
		if (call.propagated().isEmpty() && call.call().options().metadata().isEmpty() && body.headers().isEmpty()) {
			return Metadata.empty();
		}
		return Dialects.headers(call).remove(Headers.FROM_SERVICE).setAll(body.headers()).build();
	}

	private static long nanos(Deadline limit) {
		return limit.isNone() ? 0 : Math.max(1, limit.remainingNanos());
	}

	/**
	 * What calls have in common.
	 *
	 * @param service the service
	 * @param endpoint the endpoint
	 * @param contentType the content type
	 */
	private record Kind(String service, String endpoint, String contentType) {
	}

	/** Carries one request. */
	private final class MuxExchange implements Exchange {

		private final Multiplex connection;

		private volatile @Nullable MuxCall call;

		MuxExchange(Multiplex connection) {
			this.connection = connection;
		}

		@Override
		public void exchange(Message request, Answer answer) {
			throw new IllegalStateException("A multiplexed call is no message");
		}

		@Override
		public void exchange(Dialect dialect, PreparedCall prepared, Message body, Deadline limit, Answer answer) {
			MuxCall made = new MuxCall(template(prepared), headers(prepared, body), nanos(limit), body.body(), answer);
			this.call = made;
			this.connection.call(made);
		}

		@Override
		public void release() {
			// nothing was taken
		}

		@Override
		public void abandon(Answer answer) {
			MuxCall made = this.call;
			if (made != null && !made.over) {
				this.connection.cancel(made);
			}
		}

	}

	/** A call on a connection. */
	private static final class MuxCall extends MultiplexedCall {

		private final Answer answer;

		private volatile boolean over;

		MuxCall(CallTemplate template, Metadata headers, long timeoutNanos, byte[] body, Answer answer) {
			super(template, headers, timeoutNanos, body);
			this.answer = answer;
		}

		@Override
		protected void answered(Metadata headers, byte[] body) {
			this.over = true;
			this.answer.answered(new Message(headers, body));
		}

		@Override
		protected void failed(String text) {
			this.over = true;
			this.answer.answered(Message.of(Metadata.of(Headers.ERROR, text)));
		}

		@Override
		protected void refused(MicroException error) {
			this.over = true;
			this.answer.failed(error);
		}

		@Override
		protected void broken(TransportException failure) {
			this.over = true;
			this.answer.failed(failure);
		}

	}

	/**
	 * A stream: half-close is real, and whoever gives up cancels.
	 *
	 * @param dialect what reads errors
	 * @param call the call that opens it
	 */
	private record MuxConversation(MuxDialect dialect, PreparedCall call) implements Conversation {

		@Override
		public Message opening(Deadline deadline) {
			Metadata.Builder headers = this.dialect.mucp.own(Dialects.headers(this.call), this.call)
				.set(Headers.ID, this.call.id());
			if (!deadline.isNone()) {
				headers.set(Headers.TIMEOUT, Long.toString(nanos(deadline)));
			}
			return Message.of(headers.build());
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
		public Message failure(MicroException error) {
			return Message.of(Metadata.of(Headers.ERROR, error.toText()));
		}

		@Override
		public void received(Message message, ClientStream stream) {
			if (message.headers().isEmpty()) {
				stream.add(message);
			}
			else if (message.header(Headers.END) != null) {
				stream.endAnswered(this.dialect.mucp.error(message));
			}
		}

	}

}

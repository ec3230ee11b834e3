package io.microspring.server;

import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.microspring.call.Deadline;
import io.microspring.call.Stream;
import io.microspring.concurrent.Timeout;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Metadata;
import io.microspring.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * One call on its way through the server: answered exactly once, by the handler or by the
 * deadline.
 */
final class ServerCall extends Timeout implements Call {

	/** What a go-micro handler that heeds its deadline answers with. */
	static final String DEADLINE_EXCEEDED = "context deadline exceeded";

	/** What describes the message or the connection: not for handlers to say. */
	private static final Set<String> OWN = own(Headers.CONTENT_TYPE, "Content-Length", "Transfer-Encoding",
			"Connection", "Keep-Alive", "Trailer", "Upgrade");

	private static final AtomicIntegerFieldUpdater<ServerCall> ANSWERED = AtomicIntegerFieldUpdater
		.newUpdater(ServerCall.class, "answered");

	final Route route;

	final Dialect dialect;

	final CallOrigin origin;

	private final RpcServer server;

	/** Null until somebody asks, where the origin makes it then. */
	private volatile @Nullable Metadata metadata;

	private final Deadline deadline;

	/** The headers of the request, where they are what there is to tell. */
	private final @Nullable Metadata headers;

	private volatile int answered;

	/** Null for none: most calls have none, and need nothing written down. */
	private volatile @Nullable Metadata responseHeaders;

	private volatile @Nullable Metadata responseTrailers;

	private volatile boolean compressed;

	private volatile @Nullable Object request;

	private volatile @Nullable ServerStream stream;

	ServerCall(CallOrigin origin, RpcServer server, Route route, Dialect dialect, @Nullable Metadata metadata,
			Deadline deadline) {
		this(origin, server, route, dialect, deadline, null);
		this.metadata = metadata;
	}

	private ServerCall(CallOrigin origin, RpcServer server, Route route, Dialect dialect, Deadline deadline,
			@Nullable Metadata headers) {
		this.origin = origin;
		this.server = server;
		this.route = route;
		this.dialect = dialect;
		this.deadline = deadline;
		this.headers = headers;
	}

	/** A call that is all in the headers of one message. */
	static ServerCall of(CallOrigin origin, RpcServer server, Route route, Dialect dialect, Metadata headers,
			RequestHead head) {
		return new ServerCall(origin, server, route, dialect, deadline(head.timeout), headers);
	}

	/**
	 * Answers the caller when the deadline passes first, or where it named none for a
	 * call that is no stream, the server's own time. A handler that goes on is not
	 * interrupted, as in go-micro; what it answers later is dropped.
	 */
	void watchDeadline() {
		boolean unbounded = this.deadline.isNone() && !this.route.streams();
		Deadline limit = unbounded ? this.server.deadline() : this.deadline;
		if (!limit.isNone()) {
			expireAfter(limit.remainingNanos());
		}
	}

	@Override
	protected void expired() {
		if (ANSWERED.compareAndSet(this, 0, 1)) {
			MicroException error = this.dialect.streams() ? MicroException.plain(408, DEADLINE_EXCEEDED)
					: MicroException.timeout(service(), DEADLINE_EXCEEDED);
			this.origin.finish(this, this.dialect.failure(error), true);
		}
	}

	void request(@Nullable Object decoded) {
		this.request = decoded;
	}

	void stream(ServerStream opened) {
		this.stream = opened;
	}

	/** Sends the answer unless there is one already. */
	void answer(Message message, boolean failed) {
		if (ANSWERED.compareAndSet(this, 0, 1)) {
			callOff();
			this.origin.finish(this, message, failed);
		}
	}

	boolean isAnswered() {
		return this.answered != 0;
	}

	@Nullable ServerStream openStream() {
		return this.stream;
	}

	Metadata responseHeaders() {
		return orNone(this.responseHeaders);
	}

	Metadata responseTrailers() {
		return orNone(this.responseTrailers);
	}

	@Override
	public String service() {
		return this.server.name();
	}

	@Override
	public String endpoint() {
		return this.route.endpoint();
	}

	@Override
	public Metadata metadata() {
		Metadata known = this.metadata;
		if (known == null) {
			known = (this.headers != null) ? described(this.headers) : this.origin.metadata(this);
			this.metadata = known;
		}
		return known;
	}

	/** Which of the metadata the calls carry on that are made from inside. */
	Metadata propagated() {
		Metadata chosen = this.origin.propagated(this);
		if (chosen != null) {
			return chosen;
		}
		Metadata received = this.headers;
		return this.server.propagated((received != null && this.server.propagatesNamedOnly()) ? received : metadata());
	}

	private Metadata described(Metadata received) {
		return received.toBuilder()
			.remove(Headers.PATH)
			.remove(Headers.HTTP_METHOD)
			.set(Headers.LOCAL, this.origin.socket().local())
			.set(Headers.REMOTE, this.origin.socket().remote())
			.build();
	}

	@Override
	public Deadline deadline() {
		return this.deadline;
	}

	@Override
	public String remote() {
		return this.origin.remote();
	}

	@Override
	public @Nullable Object request() {
		return this.request;
	}

	@Override
	public Stream<Object, Object> stream() {
		ServerStream opened = this.stream;
		if (opened == null) {
			throw new IllegalStateException(endpoint() + " does not stream");
		}
		return opened;
	}

	@Override
	public void responseHeader(String name, String value) {
		check(name, value);
		this.responseHeaders = responseHeaders().with(name, value);
	}

	@Override
	public void responseTrailer(String name, String value) {
		check(name, value);
		this.responseTrailers = responseTrailers().with(name, value);
	}

	@Override
	public void compress(boolean wanted) {
		this.dialect.compress(wanted);
	}

	/** A message of the call is about to be handled. */
	void received(Message message) {
		this.compressed = "true".equals(message.header(Headers.COMPRESSED));
	}

	@Override
	public boolean isCompressed() {
		return this.compressed;
	}

	@Override
	public boolean isCancelled() {
		ServerStream opened = this.stream;
		return this.answered != 0 || this.deadline.isExpired() || !this.origin.isWaiting(this)
				|| (opened != null && opened.isOver());
	}

	private static void check(String name, String value) {
		if (name.startsWith(":") || name.regionMatches(true, 0, "Micro-", 0, 6)
				|| name.regionMatches(true, 0, "X-Micro-", 0, 8) || name.regionMatches(true, 0, "grpc-", 0, 5)
				|| OWN.contains(name)) {
			throw new IllegalArgumentException("The header " + name + " is the server's own");
		}
		if (name.isEmpty() || !name.chars().allMatch(ServerCall::isTokenChar)
				|| value.chars().anyMatch((c) -> c < ' ' && c != '\t' || c == 127)) {
			throw new IllegalArgumentException("The header " + name + " has a character that cannot be sent");
		}
	}

	private static Set<String> own(String... names) {
		Set<String> own = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
		own.addAll(Set.of(names));
		return own;
	}

	private static boolean isTokenChar(int c) {
		return c > ' ' && c < 127 && "()<>@,;:\\\"/[]?={}".indexOf(c) < 0;
	}

	private static Metadata orNone(@Nullable Metadata metadata) {
		return (metadata != null) ? metadata : Metadata.empty();
	}

	static Deadline deadline(Metadata headers) {
		return deadline(headers.get(Headers.TIMEOUT));
	}

	/**
	 * The deadline of a call.
	 * @param timeout what its header says, null when it has none
	 * @return the deadline
	 */
	static Deadline deadline(@Nullable String timeout) {
		if (timeout == null) {
			return Deadline.NONE;
		}
		try {
			return Deadline.afterNanos(Long.parseLong(timeout.trim()));
		}
		catch (NumberFormatException ex) {
			// Go ignores what it cannot parse.
			return Deadline.NONE;
		}
	}

}

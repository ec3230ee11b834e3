package io.microspring.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.microspring.message.Message;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams of an HTTP/2 connection: which socket each belongs to, and what sockets do
 * to theirs. Belongs to the event loop.
 */
final class Http2Streams {

	private static final Logger logger = LoggerFactory.getLogger(HttpTransport.class);

	/** How many of the largest messages may wait to be taken by the peer. */
	private static final int MOST_UNWRITTEN = 8;

	/** How many of the largest messages may be there in part. */
	private static final int MOST_PARTIAL = 16;

	/** How many of the largest messages may be there that came compressed. */
	private static final int MOST_INFLATED = 32;

	/** No fewer bytes than this, however small the largest message is. */
	private static final long LEAST = 32L * 1024 * 1024;

	private final Http2Session session;

	private final Consumer<Socket> onAccept;

	private final Http2Connection.PropertyKey key;

	private final long mostUnwritten;

	private final long mostPartial;

	private final long mostInflated;

	/** The bytes that wait to be taken by the peer. */
	private long unwritten;

	/** The bytes of messages that are there in part. */
	private long partial;

	/** The bytes of messages that came compressed and whose calls are not over. */
	private long inflated;

	/**
	 * No streams yet.
	 * @param session the connection
	 * @param onAccept is given the socket of each stream that the peer begins
	 */
	Http2Streams(Http2Session session, Consumer<Socket> onAccept) {
		this.session = session;
		this.onAccept = onAccept;
		this.key = session.connection().newKey();
		long largest = session.options().maxMessageSize();
		this.mostUnwritten = Math.max(LEAST, MOST_UNWRITTEN * largest);
		this.mostPartial = Math.max(LEAST, MOST_PARTIAL * largest);
		this.mostInflated = Math.max(LEAST, MOST_INFLATED * largest);
	}

	/**
	 * More, or fewer, bytes wait to be taken by the peer.
	 * @param bytes how many more
	 */
	void unwritten(int bytes) {
		this.unwritten += bytes;
	}

	/**
	 * More, or fewer, bytes of messages are there in part.
	 * @param bytes how many more
	 * @return whether that is still bearable
	 */
	boolean partial(long bytes) {
		this.partial += bytes;
		return this.partial <= this.mostPartial;
	}

	/**
	 * More, or fewer, bytes are there of messages that came compressed.
	 * @param bytes how many more
	 * @return whether that is still bearable
	 */
	boolean inflated(long bytes) {
		this.inflated += bytes;
		return this.inflated <= this.mostInflated;
	}

	/**
	 * Begins the stream of a client's socket.
	 * @param socket the socket
	 * @param headers what it begins with
	 * @param end whether nothing follows
	 */
	void open(StreamSocket socket, Http2Headers headers, boolean end) {
		Http2Connection connection = this.session.connection();
		boolean possible = this.session.isOpen() && !connection.goAwayReceived() && !connection.goAwaySent()
				&& connection.local().canOpenStream();
		int id = possible ? connection.local().incrementAndGetNextStreamId() : -1;
		if (id < 0) {
			socket.over(new TransportException("connection to " + this.session.remote() + " takes no more streams",
					true, this.session.cause()));
			return;
		}
		try {
			Http2Stream stream = connection.local().createStream(id, false);
			this.session.calls().opened(socket);
			socket.bind(stream);
			stream.setProperty(this.key, socket);
			this.session.writer().headers(stream, headers, end);
			if (end) {
				socket.endWritten();
			}
		}
		catch (Http2Exception ex) {
			socket.unwritable(this.session.context(), ex);
		}
	}

	/**
	 * Writes headers, behind all data.
	 * @param socket the socket
	 * @param headers the headers
	 * @param end whether nothing follows
	 * @param counted how much they count for what waits to be written
	 */
	void writeHeaders(StreamSocket socket, Http2Headers headers, boolean end, int counted) {
		Http2Stream stream = writable(socket, counted);
		if (stream == null) {
			return;
		}
		Http2RemoteFlowController flow = this.session.encoder().flowController();
		if (end && flow.hasFlowControlled(stream)) {
			flow.addFlowControlled(stream, new Outflow(socket, stream, this.session.writer(), headers, counted));
			return;
		}
		try {
			this.session.writer().headers(stream, headers, end);
			if (end) {
				socket.endWritten();
			}
		}
		catch (Http2Exception ex) {
			socket.unwritable(this.session.context(), ex);
		}
		socket.leaves(counted);
	}

	/**
	 * Writes a message, as soon as the peer has room.
	 * @param socket the socket
	 * @param part the message
	 * @param end whether nothing follows
	 */
	void writeData(StreamSocket socket, Outflow.Part part, boolean end) {
		Http2Stream stream = writable(socket, part.counted());
		if (stream != null) {
			this.session.encoder()
				.flowController()
				.addFlowControlled(stream, new Outflow(socket, stream, this.session.writer(), part, end));
		}
	}

	private @Nullable Http2Stream writable(StreamSocket socket, int counted) {
		socket.writing(counted);
		Http2Stream stream = socket.stream();
		if (stream != null && stream.state().localSideOpen()) {
			return stream;
		}
		socket.leaves(counted);
		socket.failed(null);
		return null;
	}

	void reset(Http2Stream stream, Http2Error error) {
		if (stream.state() == Http2Stream.State.CLOSED) {
			return;
		}
		ChannelHandlerContext ctx = this.session.context();
		this.session.resetStream(ctx, stream.id(), error.code(), ctx.newPromise());
		this.session.outbox().flush();
	}

	/** Bytes of a stream were read: its peer may send as many again. */
	void consume(StreamSocket socket, int bytes) {
		Http2Stream stream = socket.stream();
		if (stream == null || stream.state() == Http2Stream.State.CLOSED) {
			return;
		}
		try {
			boolean update = this.session.connection().local().flowController().consumeBytes(stream, bytes);
			if (update) {
				this.session.outbox().flush();
			}
		}
		catch (Http2Exception ex) {
			this.session.onError(this.session.context(), false, ex);
		}
	}

	/** Does something to every socket that has a stream. */
	void forEach(Consumer<StreamSocket> action) {
		List<StreamSocket> open = new ArrayList<>();
		try {
			this.session.connection().forEachActiveStream((stream) -> {
				StreamSocket socket = socket(stream);
				if (socket != null) {
					open.add(socket);
				}
				return true;
			});
		}
		catch (Http2Exception ex) {
			throw new IllegalStateException(ex);
		}
		open.forEach(action);
	}

	@Nullable StreamSocket socket(int stream) {
		Http2Stream found = this.session.connection().stream(stream);
		return (found == null) ? null : found.getProperty(this.key);
	}

	@Nullable StreamSocket socket(Http2Stream stream) {
		return stream.getProperty(this.key);
	}

	/** A peer has begun a stream. */
	void accept(Http2Stream stream, Http2Headers headers, boolean end) throws Http2Exception {
		if (this.unwritten > this.mostUnwritten) {
			throw Http2Exception.streamError(stream.id(), Http2Error.REFUSED_STREAM,
					"%d bytes of answers have not been taken", this.unwritten);
		}
		StreamSocket socket = "POST".contentEquals(headers.method()) && CallSocket.isGrpc(headers.get("content-type"))
				? new CallSocket(this.session) : new RequestSocket(this.session);
		socket.bind(stream);
		stream.setProperty(this.key, socket);
		if (end) {
			socket.remoteEnded();
		}
		socket.headers(headers, end);
		if (socket.isOver()) {
			return;
		}
		socket.watchSlow();
		offer(socket, (socket instanceof CallSocket)
				? GrpcTransport.accepted(socket, String.valueOf(headers.path()), this.session.options()) : socket);
	}

	/** A stream whose request came before it. */
	void accept(Http2Stream stream, Message request) {
		RequestSocket socket = new RequestSocket(this.session);
		socket.bind(stream);
		stream.setProperty(this.key, socket);
		socket.remoteEnded();
		socket.received(request);
		offer(socket, socket);
	}

	private void offer(StreamSocket socket, Socket accepted) {
		try {
			this.onAccept.accept(accepted);
		}
		catch (RuntimeException | Error ex) {
			logger.error("The stream from {} was not accepted: closing it", this.session.remote(), ex);
			socket.reset(Http2Error.INTERNAL_ERROR, ex);
		}
	}

}

package io.microspring.transport;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.function.Consumer;

import io.microspring.errors.MicroException;
import io.microspring.message.Metadata;
import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The accepting end of a multiplexed connection. It is not read while more is under way
 * than is good.
 */
final class MuxServer extends MuxSession implements Multiplexed {

	private static final Logger logger = LoggerFactory.getLogger(HttpTransport.class);

	/** How many bytes of requests may be under way, beside a single larger one. */
	private static final long MOST_BYTES = 16 * 1024 * 1024;

	/** An error that is told even when too much waits to be sent. */
	private static final int SHORT = 1024;

	private static final byte[] NO_BODY = new byte[0];

	private final Consumer<Socket> onStream;

	private final CallTemplate[] templates = new CallTemplate[MuxFrame.MOST_TEMPLATES];

	/** Calls that are not answered there and then. */
	private final IntObjectMap<IncomingCall> calls = new IntObjectHashMap<>();

	private Receiver receiver = NOBODY;

	/** The bytes of the templates, about. */
	private long templateBytes;

	/** The bytes of the requests under way, with their headers. */
	private long bytes;

	private boolean congested;

	/**
	 * An accepted connection.
	 * @param channel the connection
	 * @param options the limits
	 * @param onStream is given the socket of each stream
	 */
	MuxServer(SocketChannel channel, HttpOptions options, Consumer<Socket> onStream) {
		super(channel, options);
		this.onStream = onStream;
	}

	void receive(Receiver installed) {
		this.receiver = installed;
	}

	@Override
	void headers(int id, ByteBuf in) {
		throw new MuxException("a client does not send frame " + MuxFrame.HEADERS);
	}

	@Override
	void frame(int type, int id, ByteBuf in) {
		switch (type) {
			case MuxFrame.CALL -> call(id, in);
			case MuxFrame.OPEN -> open(id, readHeaders(in));
			case MuxFrame.TEMPLATE -> template(id, readHeaders(in));
			case MuxFrame.CANCEL -> cancel(id);
			case MuxFrame.FAILURE -> {
				MuxStream stream = this.streams.get(id);
				if (stream != null) {
					stream.failed(MuxFrame.readRest(in));
				}
			}
			default -> throw new MuxException("a client does not send frame " + type);
		}
	}

	private void template(int number, Metadata headers) {
		if (number >= this.templates.length) {
			throw new MuxException("more than " + this.templates.length + " templates");
		}
		CallTemplate before = this.templates[number];
		this.templateBytes += MuxFrame.size(headers) - ((before != null) ? MuxFrame.size(before.headers()) : 0);
		if (this.templateBytes > (long) MuxFrame.MOST_TEMPLATE_HEADERS * this.options.maxHeaderSize()) {
			throw new MuxException("templates of " + this.templateBytes + " bytes");
		}
		this.templates[number] = new CallTemplate(headers);
	}

	private Metadata readHeaders(ByteBuf in) {
		return MuxFrame.readHeaders(in, this.options.maxHeaderSize());
	}

	private void call(int id, ByteBuf in) {
		int size = in.readableBytes();
		int number = MuxFrame.readInt(in);
		CallTemplate template = (number < this.templates.length) ? this.templates[number] : null;
		if (template == null) {
			throw new MuxException("there is no template " + number);
		}
		begun(id);
		long timeoutNanos = MuxFrame.readNumber(in);
		Metadata headers = readHeaders(in);
		int length = in.readableBytes();
		if (length > this.options.maxMessageSize()) {
			refused(new IncomingCall(this, id, template, headers, timeoutNanos, NO_BODY, size - length),
					MuxReader.tooLarge(length, this.options));
			return;
		}
		IncomingCall call = new IncomingCall(this, id, template, headers, timeoutNanos, MuxFrame.readRest(in), size);
		try {
			this.receiver.onCall(call);
		}
		catch (RuntimeException | Error ex) {
			failed(ex);
		}
		remember(call);
	}

	private void refused(IncomingCall call, MicroException error) {
		try {
			this.receiver.onRefused(call, error);
		}
		catch (RuntimeException | Error ex) {
			failed(ex);
		}
		remember(call);
	}

	private void remember(IncomingCall call) {
		if (!call.isOver()) {
			this.calls.put(call.id(), call);
			this.bytes += call.size();
			settleReading();
		}
	}

	private void failed(Throwable failure) {
		logger.error("The receiver of the calls of {} failed: closing", remote(), failure);
		broken(failure);
	}

	private void begun(int id) {
		if (id == 0 || this.calls.containsKey(id) || this.streams.containsKey(id)) {
			throw new MuxException("the number " + id + " is in use");
		}
	}

	private void open(int id, Metadata headers) {
		begun(id);
		if (this.streams.size() >= MuxFrame.MOST_STREAMS) {
			fail(id, MicroException.of(HttpSocket.ID, 429,
					"more than " + MuxFrame.MOST_STREAMS + " streams on one connection"));
			return;
		}
		MuxStream stream = new MuxStream(this, id);
		this.streams.put(id, stream);
		stream.opened(headers);
		try {
			this.onStream.accept(stream);
		}
		catch (RuntimeException | Error ex) {
			logger.error("A stream of {} was not accepted: closing", remote(), ex);
			stream.close();
		}
	}

	private void fail(int id, MicroException error) {
		writeBody(MuxFrame.FAILURE, id, error.toText().getBytes(StandardCharsets.UTF_8));
	}

	private void cancel(int id) {
		IncomingCall call = this.calls.get(id);
		if (call != null) {
			call.cancelled();
			return;
		}
		MuxStream stream = this.streams.get(id);
		if (stream != null) {
			stream.broken(new TransportException("the caller has gone", false, null));
		}
	}

	@Override
	void tooLarge(int type, int id, MicroException error) {
		switch (type) {
			case MuxFrame.CALL -> {
				begun(id);
				refused(new IncomingCall(this, id, new CallTemplate(Metadata.empty()), Metadata.empty(), 0, NO_BODY, 0),
						error);
			}
			case MuxFrame.MESSAGE, MuxFrame.FAILURE -> {
				MuxStream stream = this.streams.get(id);
				if (stream != null) {
					stream.refused(error);
				}
			}
			default -> throw new MuxException("frame " + type + " is over the limit");
		}
	}

	/** A call has its answer. */
	void ended(IncomingCall call) {
		if (this.calls.remove(call.id()) != null) {
			this.bytes -= call.size();
			settleReading();
		}
	}

	void writeAnswer(int type, int id, Metadata headers, byte @Nullable [] rest) {
		if (type == MuxFrame.ANSWER && !MuxFrame.mayWrite(headers, this.options.maxHeaderSize())) {
			// It would be the end of everybody else's calls, too.
			fail(id, MuxFrame.tooLarge(headers, this.options.maxHeaderSize(), remote()));
			return;
		}
		if (rest != null && isFull() && (type == MuxFrame.ANSWER || rest.length > SHORT)) {
			fail(id, MicroException.of(HttpSocket.ID, 503, "the answer of " + rest.length
					+ " bytes is not sent: more than " + MOST_UNSENT + " wait for " + remote() + " to take them"));
			return;
		}
		ByteBuf out = out((rest != null) ? rest.length : 0);
		int start = MuxFrame.begin(out, type, id);
		if (type == MuxFrame.ANSWER) {
			MuxFrame.writeHeaders(out, headers);
		}
		if (rest != null) {
			out.writeBytes(rest);
		}
		MuxFrame.end(out, start);
	}

	@Override
	void congested(boolean full) {
		this.congested = full;
		settleReading();
	}

	/** Who does not take its answers, or asks too much, is not read. */
	private void settleReading() {
		read(isFinishing() || mayRead());
	}

	@Override
	boolean mayRead() {
		return !this.congested && this.bytes < MOST_BYTES && this.calls.size() < MuxFrame.MOST_CALLS;
	}

	@Override
	int calls() {
		return this.calls.size();
	}

	@Override
	void ended(@Nullable Throwable cause) {
		for (IncomingCall call : new ArrayList<>(this.calls.values())) {
			call.cancelled();
		}
		this.receiver.onClosed();
	}

	@Override
	void farewell() {
		// a caller has nothing to answer
	}

	private static final Receiver NOBODY = new Receiver() {

		@Override
		public void onCall(IncomingCall call) {
			call.refuse();
		}

		@Override
		public void onRefused(IncomingCall call, MicroException error) {
			call.refuse();
		}

		@Override
		public void onClosed() {
			// there is nobody to tell
		}

	};

}

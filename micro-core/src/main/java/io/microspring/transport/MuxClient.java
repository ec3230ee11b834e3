package io.microspring.transport;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

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
 * The dialling end of a multiplexed connection: numbers the calls, and matches their
 * answers by these numbers.
 */
final class MuxClient extends MuxSession implements Multiplex {

	private static final Logger logger = LoggerFactory.getLogger(HttpTransport.class);

	/** From so many on there is no room: some more may be on their way. */
	private static final int FULL = MuxFrame.MOST_CALLS / 8 * 7;

	private static final int FULL_OF_STREAMS = MuxFrame.MOST_STREAMS / 8 * 7;

	private final IntObjectMap<MultiplexedCall> calls = new IntObjectHashMap<>();

	private final Map<CallTemplate, Integer> templates = new IdentityHashMap<>();

	/** The bytes of the templates. */
	private long templateBytes;

	private int lastId;

	/** Written by the event loop. */
	private final AtomicInteger underWay = new AtomicInteger();

	/** Written by the event loop. */
	private final AtomicInteger streaming = new AtomicInteger();

	MuxClient(SocketChannel channel, HttpOptions options) {
		super(channel, options);
	}

	@Override
	public void call(MultiplexedCall call) {
		HttpSocket.checkSize(call.body(), this.options.maxMessageSize(), remote());
		call.checkHeaders(this.options.maxHeaderSize(), remote());
		if (!isOpen() || isFull()) {
			throw takesNoMore();
		}
		submit(call);
	}

	@Override
	public void cancel(MultiplexedCall call) {
		call.cancelled();
		submit(new Cancelling(call));
	}

	@Override
	public Socket open() {
		if (!isOpen()) {
			throw takesNoMore();
		}
		return new MuxStream(this, 0);
	}

	@Override
	public boolean takesCalls() {
		return isOpen() && !isSilent() && this.underWay.get() < FULL;
	}

	@Override
	public boolean takesStreams() {
		return takesCalls() && this.streaming.get() < FULL_OF_STREAMS;
	}

	@Override
	public int underWay() {
		return this.underWay.get();
	}

	private TransportException takesNoMore() {
		return new TransportException("the connection to " + remote() + " takes no more calls", true, null);
	}

	/**
	 * Takes a call in.
	 * @return its number, or 0 when no more calls are taken, which it is told
	 */
	int begin(MultiplexedCall call, CallTemplate template) {
		if (this.leaving || isFull() || this.calls.size() >= MuxFrame.MOST_CALLS) {
			tell(() -> call.broken(takesNoMore()));
			return 0;
		}
		if (!this.templates.containsKey(template)) {
			int limit = this.options.maxHeaderSize();
			if (!MuxFrame.mayWrite(template.headers(), limit)) {
				tell(() -> call.refused(MuxFrame.tooLarge(template.headers(), limit, remote())));
				return 0;
			}
			introduce(template);
		}
		int id = nextId();
		this.calls.put(id, call);
		count();
		return id;
	}

	int begin(MuxStream stream) {
		if (this.leaving || this.streams.size() >= MuxFrame.MOST_STREAMS) {
			return 0;
		}
		int id = nextId();
		this.streams.put(id, stream);
		count();
		return id;
	}

	/** Numbers begin anew after two billion, past those still in use. */
	private int nextId() {
		do {
			this.lastId = (this.lastId == Integer.MAX_VALUE) ? 1 : this.lastId + 1;
		}
		while (this.calls.containsKey(this.lastId) || this.streams.containsKey(this.lastId));
		return this.lastId;
	}

	private void introduce(CallTemplate template) {
		int size = MuxFrame.size(template.headers());
		if (this.templates.size() >= MuxFrame.MOST_TEMPLATES
				|| this.templateBytes + size > MuxFrame.MOST_TEMPLATE_HEADERS / 2L * this.options.maxHeaderSize()) {
			// Those in use are sent again, under the same numbers.
			this.templates.clear();
			this.templateBytes = 0;
		}
		this.templateBytes += size;
		int number = this.templates.size();
		this.templates.put(template, number);
		writeHeaders(MuxFrame.TEMPLATE, number, template.headers());
	}

	void writeCall(int id, CallTemplate template, long timeoutNanos, Metadata headers, byte[] body) {
		ByteBuf out = out(body.length);
		int start = MuxFrame.begin(out, MuxFrame.CALL, id);
		MuxFrame.writeNumber(out, Objects.requireNonNull(this.templates.get(template)));
		MuxFrame.writeNumber(out, timeoutNanos);
		MuxFrame.writeHeaders(out, headers);
		out.writeBytes(body);
		MuxFrame.end(out, start);
	}

	@Override
	void frame(int type, int id, ByteBuf in) {
		switch (type) {
			case MuxFrame.ANSWER -> {
				Metadata headers = MuxFrame.readHeaders(in, this.options.maxHeaderSize());
				byte[] body = MuxFrame.readRest(in);
				MultiplexedCall call = take(id);
				if (call != null && body.length > this.options.maxMessageSize()) {
					tell(() -> call.refused(MuxReader.tooLarge(body.length, this.options)));
				}
				else if (call != null) {
					answered(call, headers, body);
				}
			}
			case MuxFrame.FAILURE -> failed(id, MuxFrame.readRest(in));
			case MuxFrame.REFUSED -> {
				MultiplexedCall call = take(id);
				if (call != null) {
					tell(() -> call.broken(new TransportException(remote() + " has not taken the call", true, null)));
				}
			}
			case MuxFrame.CANCEL -> {
				MuxStream stream = this.streams.get(id);
				if (stream != null) {
					stream.broken(null);
				}
			}
			default -> throw new MuxException("a server does not send frame " + type);
		}
	}

	/** One caller that fails to take its answer does no harm to the others. */
	private void answered(MultiplexedCall call, Metadata headers, byte[] body) {
		try {
			call.answered(headers, body);
		}
		catch (RuntimeException | Error ex) {
			logger.error("An answer of {} was not taken", remote(), ex);
		}
	}

	private void tell(Runnable telling) {
		try {
			telling.run();
		}
		catch (RuntimeException | Error ex) {
			logger.error("The end of a call to {} was not taken", remote(), ex);
		}
	}

	private void failed(int id, byte[] text) {
		MultiplexedCall call = take(id);
		if (call != null) {
			tell(() -> call.failed(new String(text, StandardCharsets.UTF_8)));
			return;
		}
		MuxStream stream = this.streams.get(id);
		if (stream != null) {
			stream.failed(text);
		}
	}

	private @Nullable MultiplexedCall take(int id) {
		MultiplexedCall call = this.calls.remove(id);
		if (call == null || call.isCancelled()) {
			return null;
		}
		count();
		return call;
	}

	@Override
	void tooLarge(int type, int id, MicroException error) {
		MultiplexedCall call = take(id);
		MuxStream stream = this.streams.get(id);
		if (call != null) {
			tell(() -> call.refused(error));
		}
		else if (stream != null) {
			stream.refused(error);
		}
	}

	@Override
	void count() {
		this.underWay.lazySet(this.calls.size() + this.streams.size());
		this.streaming.lazySet(this.streams.size());
	}

	@Override
	int calls() {
		return this.calls.size();
	}

	@Override
	void ended(@Nullable Throwable cause) {
		fail(false, "the connection to " + remote() + " closed before the answer came", cause);
	}

	@Override
	void farewell() {
		fail(true, remote() + " has not taken the call", null);
		for (MuxStream stream : new ArrayList<>(this.streams.values())) {
			stream.broken(null);
		}
	}

	private void fail(boolean unsent, String reason, @Nullable Throwable cause) {
		ArrayList<MultiplexedCall> lost = new ArrayList<>(this.calls.values());
		this.calls.clear();
		count();
		for (MultiplexedCall call : lost) {
			if (!call.isCancelled()) {
				tell(() -> call.broken(new TransportException(reason, unsent, cause)));
			}
		}
	}

	private static final class Cancelling extends MuxOutgoing {

		private final MultiplexedCall call;

		Cancelling(MultiplexedCall call) {
			this.call = call;
		}

		@Override
		void write(MuxSession session) {
			int id = this.call.id();
			if (id != 0 && session instanceof MuxClient client && client.calls.remove(id) != null) {
				client.count();
				client.writeEmpty(MuxFrame.CANCEL, id);
				client.gaveUp();
			}
		}

	}

}

package io.microspring.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

import io.microspring.errors.GrpcStatus;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * A call that connects two transports. When the node does not know its path, the call is
 * made anew on the other one, and what was sent is sent again: the node has looked at
 * none of it.
 */
final class GrpcPathSocket implements Socket {

	private static final String UNIMPLEMENTED = Integer.toString(GrpcStatus.UNIMPLEMENTED);

	private final GrpcTransport transport;

	private final String address;

	private final Duration timeout;

	private final ReentrantLock lock = new ReentrantLock();

	/** What was sent and may have to be sent again; guarded by the lock. */
	private final List<Message> unheard = new ArrayList<>();

	private long unheardSize;

	/** Guarded by the lock. */
	private String path;

	/** Whether the other path has been tried; guarded by the lock. */
	private boolean switched;

	/** Whether what was sent stays sent: the node has answered, or it was too much. */
	private volatile boolean settled;

	/** While the call is made anew. */
	private volatile boolean switching;

	/** Where threads wait that find it switching. */
	private final WriteSignal switchedOver = new WriteSignal();

	private volatile Socket call;

	private volatile @Nullable Receiver receiver;

	private volatile boolean reading = true;

	private volatile boolean closed;

	GrpcPathSocket(GrpcTransport transport, String address, Duration timeout, Socket call) {
		this.transport = transport;
		this.address = address;
		this.timeout = timeout;
		this.call = call;
		this.path = transport.path(address);
		call.send(opening(this.path));
	}

	private static Message opening(String path) {
		return Message.of(Metadata.of(Headers.CALL_PROTOCOL, "grpc", Headers.HTTP_METHOD, "POST", Headers.PATH, path,
				"content-type", "application/grpc", "te", "trailers"));
	}

	@Override
	public void send(Message message) {
		if (this.settled) {
			this.call.send(message);
			return;
		}
		this.lock.lock();
		try {
			if (this.closed) {
				throw new TransportException("connection to " + this.address + " is closed", true, null);
			}
			remember(message);
			if (!this.switching) {
				this.call.send(message);
			}
		}
		catch (TransportException ex) {
			if (this.settled || this.closed) {
				this.unheard.remove(message);
				throw ex;
			}
			// The node has ended the call: the receiver, once it is there, decides what
			// becomes of it.
		}
		finally {
			this.lock.unlock();
		}
	}

	private void remember(Message message) {
		this.unheard.add(message);
		this.unheardSize += message.body().length;
		if (this.unheardSize > 2L * GrpcEnvelope.limit(this.transport.options()) && !this.switching) {
			settle();
		}
	}

	private void settle() {
		this.lock.lock();
		try {
			this.settled = true;
			this.unheard.clear();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void receive(Receiver given) {
		this.receiver = given;
		this.call.receive(new Watcher(given));
	}

	/**
	 * Makes the call anew, on the other path.
	 * @return false when that has been tried, or nobody wants it any more
	 */
	private boolean tryOther(Receiver given) {
		this.lock.lock();
		try {
			if (this.switched || this.settled || this.closed) {
				return false;
			}
			this.switched = true;
			this.switching = true;
			this.path = GrpcTransport.other(this.path);
		}
		finally {
			this.lock.unlock();
		}
		this.call.close();
		this.transport.openStream(this.address, this.timeout).whenComplete((other, failure) -> {
			if (failure == null) {
				begin(other, given);
			}
			else {
				this.closed = true;
				this.switching = false;
				this.switchedOver.wake();
				given.onClosed(failure);
			}
		});
		return true;
	}

	private void begin(Socket other, Receiver given) {
		this.lock.lock();
		try {
			this.call = other;
			other.reading(this.reading);
			other.send(opening(this.path));
			this.unheard.forEach(other::send);
		}
		catch (TransportException ignored) {
			// it broke at once, of which the receiver is told
		}
		finally {
			this.switching = false;
			this.lock.unlock();
		}
		this.switchedOver.wake();
		if (this.closed) {
			other.close();
		}
		other.receive(new Watcher(given));
	}

	@Override
	public boolean isWritable() {
		return !this.switching && !this.closed && this.call.isWritable();
	}

	@Override
	public boolean awaitWritable(Duration limit) throws InterruptedException {
		long end = System.nanoTime() + limit.toNanos();
		if (this.switching && !this.switchedOver.await(limit, () -> !this.closed, () -> !this.switching)) {
			return false;
		}
		return this.call.awaitWritable(Duration.ofNanos(Math.max(0, end - System.nanoTime()))) && isWritable();
	}

	@Override
	public void reading(boolean wanted) {
		this.reading = wanted;
		this.call.reading(wanted);
	}

	@Override
	public boolean isOpen() {
		return !this.closed && (this.switching || this.call.isOpen());
	}

	@Override
	public String local() {
		return this.call.local();
	}

	@Override
	public String remote() {
		return this.call.remote();
	}

	@Override
	public void close() {
		this.closed = true;
		this.switchedOver.wake();
		this.call.close();
	}

	/** Looks at the first answer, and hands on all. Called by one thread at a time. */
	private final class Watcher implements Receiver {

		private final Receiver given;

		private boolean answered;

		/** Whether another call has taken the place of this. */
		private boolean replaced;

		Watcher(Receiver given) {
			this.given = given;
		}

		@Override
		public void onMessage(Message message) {
			if (this.replaced) {
				return;
			}
			if (!this.answered) {
				this.answered = true;
				boolean end = message.header(Headers.END) != null;
				String status = message.headers().getOrDefault("grpc-status", "0");
				if (end && status.equals(UNIMPLEMENTED) && tryOther(this.given)) {
					this.replaced = true;
					return;
				}
				settle();
				if (!end || status.equals("0")) {
					GrpcPathSocket.this.transport.known(GrpcPathSocket.this.address, GrpcPathSocket.this.path);
				}
			}
			this.given.onMessage(message);
		}

		@Override
		public void onRefused(Message head, MicroException error) {
			this.given.onRefused(head, error);
		}

		@Override
		public void onClosed(@Nullable Throwable cause) {
			if (!this.replaced) {
				settle();
				this.given.onClosed(cause);
			}
		}

	}

}

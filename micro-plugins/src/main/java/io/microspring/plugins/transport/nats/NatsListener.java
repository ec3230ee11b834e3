package io.microspring.plugins.transport.nats;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.microspring.concurrent.Threads;
import io.microspring.plugins.nats.NatsListening;
import io.microspring.transport.Listener;
import io.microspring.transport.Socket;
import io.nats.client.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subject where connections are accepted: each is told from the others by the subject
 * that its messages are to be answered to. While there are any, the subject stays in use.
 */
final class NatsListener implements Listener {

	/** How long something may still come from a connection that is closed. */
	private static final Duration STRAGGLERS = Duration.ofSeconds(10);

	private static final Logger log = LoggerFactory.getLogger(NatsListener.class);

	private final NatsTransport transport;

	private final String subject;

	private final Consumer<Socket> onAccept;

	/** By the subject to answer to. */
	private final Map<String, NatsSocket> sockets = new ConcurrentHashMap<>();

	/** Ours do not come back, as go-micro's may: what comes from them was on its way. */
	private final Set<String> gone = ConcurrentHashMap.newKeySet();

	private final AtomicBoolean silent = new AtomicBoolean();

	private volatile @Nullable NatsListening listening;

	private volatile boolean closed;

	NatsListener(NatsTransport transport, String subject, Consumer<Socket> onAccept) {
		this.transport = transport;
		this.subject = subject;
		this.onAccept = onAccept;
	}

	/** Remembers what ends it. */
	void listening(NatsListening listening) {
		this.listening = listening;
	}

	/** Called by one thread at a time. */
	void hear(Message message) {
		String replyTo = message.getReplyTo();
		if (replyTo == null) {
			return;
		}
		NatsSocket socket = this.sockets.get(replyTo);
		if (socket != null) {
			socket.arrive(message);
		}
		else if (message.getData().length > 0 && !this.gone.contains(replyTo)) {
			if (this.closed) {
				this.transport.refuse(replyTo);
			}
			else {
				accept(replyTo, message);
			}
		}
	}

	private void accept(String replyTo, Message first) {
		NatsSocket socket = this.transport.accepted(this.subject, replyTo, this::forget);
		this.sockets.put(replyTo, socket);
		socket.arrive(first);
		try {
			this.onAccept.accept(socket);
		}
		catch (RuntimeException | Error ex) {
			log.error("The connection from {} was not accepted: closing", replyTo, ex);
			socket.close();
		}
	}

	private void forget(NatsSocket socket) {
		String replyTo = socket.remote();
		if (socket.isOurs()) {
			this.gone.add(replyTo);
			Threads.after(STRAGGLERS, () -> this.gone.remove(replyTo));
		}
		this.sockets.remove(replyTo, socket);
		if (this.closed && this.sockets.isEmpty() && !this.transport.isClosed()) {
			this.transport.execute(this::fallSilent);
		}
	}

	private void fallSilent() {
		NatsListening present = this.listening;
		if (present != null && this.silent.compareAndSet(false, true)) {
			present.close();
		}
	}

	@Override
	public String address() {
		return this.subject;
	}

	@Override
	public void close() {
		this.closed = true;
		this.transport.forget(this);
		if (this.sockets.isEmpty()) {
			fallSilent();
		}
	}

	@Override
	public String toString() {
		return "nats listener on " + this.subject;
	}

}

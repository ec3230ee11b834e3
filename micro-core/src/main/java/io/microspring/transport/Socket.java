package io.microspring.transport;

import java.time.Duration;
import java.util.List;

import io.microspring.message.Message;

/**
 * One connection: messages in both directions, in order, not paired. go-micro:
 * {@code transport.Socket}, whose blocking {@code Recv} is a {@link Receiver} here, so
 * that no thread waits; {@link Inbox} gives the blocking form back.
 * <p>
 * Thread-safe.
 */
public interface Socket extends AutoCloseable {

	/**
	 * Sends a message. Never blocks: it is queued and flushed together with others. When
	 * it cannot be delivered later, the receiver is told by {@link Receiver#onClosed}.
	 * @param message the message
	 * @throws TransportException when the socket is closed already; nothing has been sent
	 * then
	 * @throws io.microspring.errors.MicroException 413 when the body is over the
	 * transport's limit; nothing has been sent, and another node would not take it either
	 * @throws IllegalArgumentException when a pseudo header is malformed
	 */
	void send(Message message);

	/**
	 * Sends messages, one behind the other, as {@link #send} does; the peer is likely to
	 * get them together. Those ahead of one that cannot be sent are sent.
	 * @param messages the messages
	 */
	default void sendAll(List<Message> messages) {
		messages.forEach(this::send);
	}

	/**
	 * Installs what receives. Messages that came before are handed over now.
	 * @param receiver the receiver; called by one thread at a time, in order
	 */
	void receive(Receiver receiver);

	/**
	 * Whether little enough is queued for sending that more is welcome.
	 * @return false while the peer does not keep up
	 */
	boolean isWritable();

	/**
	 * Waits until {@link #isWritable()} or closed.
	 * @param timeout how long at the most
	 * @return whether it is writable now
	 * @throws InterruptedException when the thread is interrupted
	 */
	boolean awaitWritable(Duration timeout) throws InterruptedException;

	/**
	 * Stops or resumes reading, so that a receiver that does not keep up holds back its
	 * peer. Once the receiver itself has stopped it, nothing comes until it is resumed;
	 * when another thread stops it, a message may be on its way to the receiver already.
	 * @param reading whether to read
	 */
	void reading(boolean reading);

	/**
	 * Says what a receiver that keeps messages ({@link Receiver#keepsMessages()}) has
	 * done with: its peer may send as much again. Of a connection that knows no such
	 * measure this does nothing.
	 * @param messages how many messages
	 * @param bytes how many bytes their bodies had
	 */
	default void taken(int messages, long bytes) {
	}

	/**
	 * Whether the connection is open as far as known.
	 * @return false once it was closed from either side
	 */
	boolean isOpen();

	/**
	 * Our end's address.
	 * @return {@code host:port}
	 */
	String local();

	/**
	 * The peer's address.
	 * @return {@code host:port}
	 */
	String remote();

	/**
	 * Closes the connection after what was sent before has been written. Idempotent; does
	 * not wait.
	 */
	@Override
	void close();

}

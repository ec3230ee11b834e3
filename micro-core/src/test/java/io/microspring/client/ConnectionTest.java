package io.microspring.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.microspring.client.Dialect.Answer;
import io.microspring.concurrent.Threads;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.transport.Listener;
import io.microspring.transport.Receiver;
import io.microspring.transport.Socket;
import io.microspring.transport.Transport;
import io.microspring.transport.TransportException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ConnectionTest {

	private static final Message MESSAGE = new Message(Metadata.empty(), new byte[0]);

	private final CountDownLatch secondIsSent = new CountDownLatch(1);

	private final CountDownLatch end = new CountDownLatch(1);

	private final Told first = new Told();

	private final Told second = new Told();

	/** Its request is still on its way out when the call before it returns. */
	@Test
	void callAfterOneThatWasAnsweredAtOnceIsToldByWhoeverSendsIt() throws Exception {
		Scripted socket = new Scripted();
		Connection connection = new ConnectionPool(socket, ClientOptions.defaults())
			.dial("there", Duration.ofSeconds(5))
			.get();
		this.first.then = () -> {
			Threads.start("second", () -> connection.exchange(MESSAGE, this.second));
			await(this.secondIsSent);
		};

		connection.exchange(MESSAGE, this.first);
		connection.onClosed(null);
		assertThat(this.second.failures).isEmpty();
		this.end.countDown();

		await(this.second.told);
		assertThat(this.first.answers).hasSize(1);
		assertThat(this.second.failures).hasSize(1)
			.first()
			.isInstanceOfSatisfying(TransportException.class, (failure) -> assertThat(failure.isUnsent()).isTrue());
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static final class Told implements Answer {

		private final List<Message> answers = new ArrayList<>();

		private final List<Throwable> failures = new ArrayList<>();

		private final CountDownLatch told = new CountDownLatch(1);

		private Runnable then = () -> {
		};

		@Override
		public void answered(Message message) {
			this.answers.add(message);
			this.then.run();
			this.told.countDown();
		}

		@Override
		public void failed(Throwable failure) {
			this.failures.add(failure);
			this.told.countDown();
		}

	}

	/** Answers the first message before it is sent, and fails at the second. */
	private final class Scripted implements Transport, Socket {

		private @Nullable Receiver receiver;

		private int sent;

		@Override
		public void send(Message message) {
			if (this.sent++ == 0) {
				this.receiver.onMessage(MESSAGE);
				return;
			}
			ConnectionTest.this.secondIsSent.countDown();
			await(ConnectionTest.this.end);
			throw new TransportException("nothing went out", true, null);
		}

		@Override
		public void receive(Receiver handed) {
			this.receiver = handed;
		}

		@Override
		public boolean isWritable() {
			return true;
		}

		@Override
		public boolean awaitWritable(Duration timeout) {
			return true;
		}

		@Override
		public void reading(boolean reading) {
		}

		@Override
		public boolean isOpen() {
			return true;
		}

		@Override
		public String local() {
			return "here";
		}

		@Override
		public String remote() {
			return "there";
		}

		@Override
		public String name() {
			return "scripted";
		}

		@Override
		public CompletableFuture<Socket> dial(String address, Duration timeout) {
			return CompletableFuture.completedFuture(this);
		}

		@Override
		public Listener listen(String address, Consumer<Socket> onAccept) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void close() {
		}

	}

}

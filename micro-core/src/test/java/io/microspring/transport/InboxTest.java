package io.microspring.transport;

import java.time.Duration;
import java.util.stream.IntStream;

import io.microspring.message.Message;
import io.microspring.message.Metadata;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class InboxTest {

	private final Narrow socket = new Narrow();

	private final Inbox inbox = Inbox.of(this.socket);

	@Test
	void peerIsHeldBackUntilHalfOfTheMessagesAreTaken() {
		arrive(127);
		assertThat(this.socket.reading).isTrue();
		arrive(1);
		assertThat(this.socket.reading).isFalse();
		take(64);
		assertThat(this.socket.reading).isFalse();
		take(1);
		assertThat(this.socket.reading).isTrue();
	}

	/** Else nothing would come any more, and whoever takes next would wait in vain. */
	@Test
	void peerIsNotHeldBackWhenAllWasTakenJustBefore() {
		this.socket.beforeHoldingBack = () -> take(128);
		arrive(128);
		assertThat(this.socket.reading).isTrue();
	}

	private void arrive(int messages) {
		IntStream.range(0, messages).forEach((i) -> this.inbox.onMessage(new Message(Metadata.empty(), new byte[0])));
	}

	private void take(int messages) {
		for (int i = 0; i < messages; i++) {
			try {
				this.inbox.take(Duration.ofSeconds(10));
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}
	}

	/** A socket on which another thread may get in between. */
	private static final class Narrow implements Socket {

		private boolean reading = true;

		private @Nullable Runnable beforeHoldingBack;

		@Override
		public void reading(boolean reading) {
			Runnable first = this.beforeHoldingBack;
			if (!reading && first != null) {
				this.beforeHoldingBack = null;
				first.run();
			}
			this.reading = reading;
		}

		@Override
		public void send(Message message) {
		}

		@Override
		public void receive(Receiver receiver) {
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
		public boolean isOpen() {
			return true;
		}

		@Override
		public String local() {
			return "local";
		}

		@Override
		public String remote() {
			return "remote";
		}

		@Override
		public void close() {
		}

	}

}

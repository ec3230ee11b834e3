package io.microspring.test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import io.microspring.transport.Inbox;
import io.microspring.transport.Listener;
import io.microspring.transport.Socket;
import io.microspring.transport.TransportException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What every transport does whose connections go through a server in between: an address
 * is a name there, and has no port; single calls have no sockets of their own. A test of
 * such a transport extends this class and says how to open one.
 */
public abstract class RelayedTransportContract extends TransportContract {

	/**
	 * Ends the server in between, and starts it again at the same address.
	 */
	protected abstract void restartServer();

	@Override
	protected abstract String serverAddress();

	@Test
	void listenersWithoutAnAddressHaveOneEachThatIsAnnouncedAsItIs() throws InterruptedException {
		Listener one = this.server.listen("", receiving((message, socket) -> socket.send(text("one"))));
		Listener two = this.server.listen("127.0.0.1:0", receiving((message, socket) -> socket.send(text("two"))));
		assertThat(one.address()).doesNotContain(":").isNotEqualTo(two.address());
		assertThat(two.address()).doesNotContain(":");
		End first = dial(one.address());
		End second = dial(two.address());
		first.send(text("who?"));
		second.send(text("who?"));
		assertThat(first.take()).isEqualTo("one");
		assertThat(second.take()).isEqualTo("two");
	}

	/** The second would get the other's calls. */
	@Test
	void nameIsGivenToOneAndFreeWhenThatIsGone() throws InterruptedException {
		String name = "contract.given";
		Listener first = this.server.listen(name, receiving((message, socket) -> socket.send(text("first"))));
		assertThat(first.address()).isEqualTo(name);
		assertThatExceptionOfType(TransportException.class).isThrownBy(() -> this.client.listen(name, (socket) -> {
		})).withMessage("already listening on " + name);
		first.close();
		this.client.listen(name, receiving((message, socket) -> socket.send(text("second"))));
		End end = dial(name);
		end.send(text("who?"));
		assertThat(end.take()).isEqualTo("second");
	}

	@Test
	void hostsPortsAndRangesAreNoNames() {
		for (String address : List.of(":8080", "0.0.0.0:8080", ":8080-8090")) {
			assertThatExceptionOfType(TransportException.class).isThrownBy(() -> listenOnce(address))
				.withMessageContaining("'" + address + "'");
		}
	}

	@Test
	void socketsOfSingleCallsAreRefusedAsUnsent() {
		String address = listen((socket) -> {
		}).address();
		for (CompletableFuture<?> refused : List.of(this.client.openStream(address, WAIT),
				this.client.dialMultiplex(address, WAIT))) {
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(refused::get)
				.withMessageContaining("the " + this.client.name() + " transport has no ")
				.havingCause()
				.isInstanceOfSatisfying(TransportException.class, (ex) -> assertThat(ex.isUnsent()).isTrue());
		}
		assertThat(this.client.multiplex()).isNull();
	}

	@Test
	void lostServerEndsTheSocketsAndListenersComeBackWithIt() throws Exception {
		Listener listener = listen(receiving((message, socket) -> socket.send(message)));
		End before = dial(listener.address());
		before.send(text("hello"));
		assertThat(before.take()).isEqualTo("hello");
		restartServer();
		assertThatExceptionOfType(TransportException.class).isThrownBy(before::receive)
			.havingCause()
			.withMessageContaining("is lost");
		eventually().atMost(WAIT.multipliedBy(2)).until(() -> {
			try {
				Socket socket = this.client.dial(listener.address(), WAIT).get();
				Inbox after = Inbox.of(socket);
				socket.send(text("again"));
				return text(after.take(Duration.ofSeconds(2))).equals("again");
			}
			catch (TransportException | ExecutionException ex) {
				return false;
			}
		});
	}

}

package io.microspring.plugins.transport.nats;

import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;

import io.microspring.message.Message;
import io.microspring.transport.Receiver;
import org.jspecify.annotations.Nullable;

/** A process that answers what it is told, and can be killed. */
final class NatsEcho {

	private NatsEcho() {
	}

	public static void main(String[] arguments) throws InterruptedException {
		PrintStream out = System.out;
		NatsTransport transport = new NatsTransport(NatsTransportOptions.defaults().withAddress(arguments[0]));
		transport.listen(arguments[1], (socket) -> socket.receive(new Receiver() {

			@Override
			public void onMessage(Message message) {
				socket.send(message);
			}

			@Override
			public void onClosed(@Nullable Throwable cause) {
				out.println("closed: " + cause);
			}

		}));
		out.println("ready");
		new CountDownLatch(1).await();
	}

}

package io.microspring.plugins.transport.rabbitmq;

import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;

import io.microspring.message.Message;
import io.microspring.transport.Receiver;
import org.jspecify.annotations.Nullable;

/** A process that answers what it is told, and can be killed. */
final class RabbitEcho {

	private RabbitEcho() {
	}

	public static void main(String[] arguments) throws InterruptedException {
		PrintStream out = System.out;
		RabbitTransport transport = new RabbitTransport(RabbitTransportOptions.defaults().withAddress(arguments[0]));
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

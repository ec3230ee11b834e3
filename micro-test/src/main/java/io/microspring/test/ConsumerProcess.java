package io.microspring.test;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.microspring.broker.Broker;
import io.microspring.broker.SubscribeOptions;

/**
 * A member of a queue in a process of its own, to be killed. Arguments: the test class
 * that opens the broker, the server's address, the topic, the queue.
 */
final class ConsumerProcess {

	/** Long enough to be killed in the middle. */
	private static final long HANDLING_MILLIS = 20;

	private ConsumerProcess() {
	}

	public static void main(String[] arguments) throws Exception {
		Constructor<?> test = Class.forName(arguments[0]).getDeclaredConstructor();
		test.setAccessible(true);
		Broker broker = ((ServerBrokerContract) test.newInstance()).open(arguments[1]);
		CountDownLatch never = new CountDownLatch(1);
		PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
		broker.subscribe(arguments[2], SubscribeOptions.defaults().withQueue(arguments[3]), (event) -> {
			never.await(HANDLING_MILLIS, TimeUnit.MILLISECONDS);
			out.println("handled " + BrokerFixture.body(event));
		});
		out.println("subscribed");
		never.await();
	}

}

package io.microspring.plugins.broker.mqtt;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

import io.microspring.broker.SubscribeOptions;

/** A process that is a member of a queue, says what it handles, and is killed. */
final class MqttMember {

	private MqttMember() {
	}

	public static void main(String[] args) throws InterruptedException {
		PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
		MqttBroker broker = new MqttBroker(
				MqttOptions.defaults().withAddress(args[0]).withVersion(args[1]).withClientId(args[2]));
		broker.subscribe(args[3], SubscribeOptions.defaults().withQueue("q"), (event) -> {
			LockSupport.parkNanos(2_000_000);
			out.println("handled " + new String(event.message().body(), StandardCharsets.UTF_8));
		});
		out.println("subscribed");
		new CountDownLatch(1).await();
	}

}

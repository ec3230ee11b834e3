package io.microspring.server;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.microspring.call.Stream;
import io.microspring.errors.MicroException;

/**
 * What the tests of streams call.
 */
@SuppressWarnings("unused")
class Feed {

	final AtomicInteger begun = new AtomicInteger();

	final AtomicInteger received = new AtomicInteger();

	final AtomicInteger sent = new AtomicInteger();

	final CountDownLatch go = new CountDownLatch(1);

	final CompletableFuture<String> outcome = new CompletableFuture<>();

	final CompletableFuture<Void> ended = new CompletableFuture<>();

	volatile Call call;

	public void failing(Text count, Stream<Text, Text> stream) {
		for (int i = 0; i < Integer.parseInt(count.text()); i++) {
			stream.send(new Text(Integer.toString(i)));
		}
		throw MicroException.conflict("feed", "enough");
	}

	public void listen(Stream<Text, Text> stream, Call given) {
		this.call = given;
		try {
			for (Text text : stream.received()) {
				this.received.incrementAndGet();
			}
			this.outcome.complete("end");
		}
		catch (MicroException ex) {
			this.outcome.complete(ex.code() + " " + ex.detail());
			throw ex;
		}
	}

	public void endless(Text text, Stream<Text, Text> stream) {
		stream.onEnd(() -> this.ended.complete(null));
		try {
			while (true) {
				stream.send(text);
				this.sent.incrementAndGet();
			}
		}
		catch (MicroException ex) {
			this.outcome.complete(ex.code() + " " + ex.detail());
			throw ex;
		}
	}

	public void slow(Stream<Text, Text> stream) throws InterruptedException {
		this.go.await(10, TimeUnit.SECONDS);
		int count = 0;
		for (Text text : stream.received()) {
			count++;
		}
		stream.send(new Text(Integer.toString(count)));
	}

	public void echo(Stream<Text, Text> stream) {
		stream.received().forEach(stream::send);
	}

	public void twice(Stream<Text, Text> stream) {
		stream.received().forEach((text) -> stream.send(new Text(text.text() + text.text())));
	}

	public void first(Stream<Text, Text> stream) {
		this.begun.incrementAndGet();
		stream.send(stream.receive());
	}

	public record Text(String text) {
	}

}

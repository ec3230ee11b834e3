package io.microspring.server;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import com.google.protobuf.StringValue;
import io.microspring.call.Stream;
import io.microspring.errors.MicroException;
import io.microspring.message.Headers;

/**
 * A handler that does whatever a gRPC call may have to put up with.
 */
public final class GrpcSay {

	final CompletableFuture<Text> received = new CompletableFuture<>();

	final CompletableFuture<String> over = new CompletableFuture<>();

	final CompletableFuture<Void> ended = new CompletableFuture<>();

	final CountDownLatch go = new CountDownLatch(1);

	volatile Call call;

	public Text hello(Text in, Call call) throws PlainException {
		this.call = call;
		switch (String.valueOf(in.text())) {
			case "error" -> throw MicroException.badRequest(call.service(), "bad name error");
			case "plain-error" -> throw new PlainException();
			case "panic" -> throw new IllegalStateException("secret");
			default -> {
			}
		}
		return new Text("Hello " + in.text());
	}

	public StringValue twice(StringValue in) {
		return StringValue.of(in.getValue() + in.getValue());
	}

	public void count(Text in, Stream<Text, Text> out) {
		for (int i = 0; i < Integer.parseInt(in.text()); i++) {
			out.send(new Text(Integer.toString(i)));
		}
	}

	public void join(Stream<Text, Text> stream) {
		StringBuilder all = new StringBuilder();
		stream.received().forEach((text) -> all.append(text.text()));
		stream.send(new Text(all.toString()));
	}

	public void chat(Stream<Text, Text> stream) {
		for (Text text : stream.received()) {
			if (text.text().equals("end")) {
				return;
			}
			if (text.text().equals("error")) {
				throw MicroException.badRequest("go.micro.srv.greeter", "bad name error");
			}
			stream.send(new Text("Hello " + text.text()));
		}
	}

	public void wait(Stream<Text, Text> stream, Call call) {
		this.call = call;
		this.received.complete(stream.receive());
		stream.onEnd(() -> this.ended.complete(null));
		try {
			this.over.complete(String.valueOf(stream.receive()));
		}
		catch (MicroException ex) {
			this.over.complete(Integer.toString(ex.code()));
			throw ex;
		}
	}

	public Text sleep(Text in, Call call) throws InterruptedException {
		this.call = call;
		this.go.await();
		return in;
	}

	public Text headers(Text in, Call call) {
		call.responseHeader("x-header", "h");
		call.responseTrailer("x-trailer-bin", Headers.binary(new byte[] { 0, 1 }));
		if ("fail".equals(in.text())) {
			throw MicroException.conflict(call.service(), "so");
		}
		return in;
	}

	public Text large(Text in) {
		return new Text("x".repeat(5 << 20));
	}

	public void compress(Text in, Stream<Text, Text> out, Call call) {
		call.compress(true);
		out.send(new Text("x".repeat(2000)));
		call.compress(false);
		out.send(new Text("y"));
	}

	/**
	 * What is said.
	 *
	 * @param text the text
	 */
	public record Text(String text) {
	}

	/**
	 * No fault but an answer.
	 */
	public static final class PlainException extends Exception {

		private static final long serialVersionUID = 1L;

		PlainException() {
			super("plain error");
		}

	}

}

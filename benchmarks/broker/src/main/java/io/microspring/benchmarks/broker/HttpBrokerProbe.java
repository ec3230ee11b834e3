package io.microspring.benchmarks.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.microspring.benchmarks.AsyncCaller;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.Probe;
import io.microspring.benchmarks.Server;
import io.microspring.benchmarks.raw.Http1Peer;
import io.microspring.broker.Broker;
import io.microspring.broker.HttpBrokerOptions;
import io.microspring.broker.SubscribeOptions;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import org.jspecify.annotations.Nullable;

/**
 * The http broker, 64 messages on their way at a time, beside 64 calls at a time of raw
 * HTTP/1.1, both between two ends in this process. With {@code topics} each message is on
 * its own topic, as each call is on its own connection: a subscriber gets one message at
 * a time, in order. With {@code topic} all are on one, which is bound by the way to and
 * fro of one connection.
 */
public final class HttpBrokerProbe implements Probe {

	private static final int AT_A_TIME = 64;

	private static final String TEXT = "x".repeat(100);

	private final List<AutoCloseable> parts = new ArrayList<>();

	private final Meter messages = new Meter();

	private final Meter calls = new Meter();

	private String row = "";

	private volatile boolean publishing;

	private volatile boolean calling;

	private @Nullable Runnable publisher;

	private @Nullable Runnable caller;

	@Override
	public void warm(String variant) throws Exception {
		this.row = "broker-http-" + variant;
		Registry registry = Registry.memory();
		HttpBrokerOptions options = HttpBrokerOptions.defaults().withAddress("127.0.0.1:0");
		Broker subscriber = Broker.http(registry, options);
		Broker from = Broker.http(registry, options);
		this.parts.addAll(List.of(from, subscriber, registry));
		int topics = variant.equals("topic") ? 1 : AT_A_TIME;
		Message message = new Message(Metadata.of("Content-Type", "application/octet-stream"), TEXT.getBytes());
		for (int i = 0; i < topics; i++) {
			String topic = "bench." + i;
			subscriber.subscribe(topic, SubscribeOptions.defaults(), (event) -> {
				this.messages.count();
				if (this.publishing) {
					from.publish(topic, message);
				}
			});
		}
		this.publisher = () -> {
			for (int i = 0; i < AT_A_TIME; i++) {
				from.publish("bench." + (i % topics), message);
			}
		};
		Server server = new Http1Peer().serve("netty");
		AsyncCaller raw = (AsyncCaller) new Http1Peer().connect("netty", server.port(), AT_A_TIME);
		this.parts.addAll(0, List.of(raw, server));
		Payload payload = new Payload(TEXT);
		this.caller = () -> {
			for (int i = 0; i < AT_A_TIME; i++) {
				call(raw, payload);
			}
		};
		for (int i = 0; i < 3; i++) {
			run((row, metric, value) -> {
			}, 700);
		}
	}

	private void call(AsyncCaller raw, Payload payload) {
		raw.call(payload, (failure) -> {
			if (failure == null) {
				this.calls.count();
			}
			if (this.calling) {
				call(raw, payload);
			}
		});
	}

	@Override
	public void measure(Figures figures) throws Exception {
		run(figures, 900);
	}

	private void run(Figures figures, long millis) throws InterruptedException {
		this.publishing = true;
		Objects.requireNonNull(this.publisher).run();
		TimeUnit.MILLISECONDS.sleep(50);
		this.messages.report(figures, this.row, millis);
		this.publishing = false;
		TimeUnit.MILLISECONDS.sleep(50);
		this.calling = true;
		Objects.requireNonNull(this.caller).run();
		TimeUnit.MILLISECONDS.sleep(50);
		this.calls.report(figures, "raw-http1-64", millis);
		this.calling = false;
		TimeUnit.MILLISECONDS.sleep(50);
	}

	@Override
	public void close() throws Exception {
		for (AutoCloseable part : this.parts) {
			part.close();
		}
	}

}

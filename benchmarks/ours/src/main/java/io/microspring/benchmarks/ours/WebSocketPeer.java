package io.microspring.benchmarks.ours;

import java.net.URI;
import java.net.http.HttpClient;

import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Peer;
import io.microspring.benchmarks.Server;

/**
 * The same service, and the JDK's client of WebSocket: there is none of ours. Streams
 * only.
 */
public final class WebSocketPeer implements Peer {

	@Override
	public Server serve(String variant) {
		return new MicroPeer().serve("mucp-" + variant);
	}

	@Override
	public Caller connect(String variant, int port, int concurrency) {
		URI stream = URI.create("ws://127.0.0.1:" + port + "/Echoer/Stream");
		return new WebSocketCaller(HttpClient.newHttpClient(), stream);
	}

}

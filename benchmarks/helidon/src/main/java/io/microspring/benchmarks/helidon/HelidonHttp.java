package io.microspring.benchmarks.helidon;

import com.google.protobuf.InvalidProtocolBufferException;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Header;
import io.helidon.http.Status;
import io.helidon.webclient.http1.Http1Client;
import io.helidon.webclient.http1.Http1ClientResponse;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

import io.microspring.benchmarks.BlockingCaller;
import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.Peer;
import io.microspring.benchmarks.PerPayload;
import io.microspring.benchmarks.Server;
import io.microspring.benchmarks.proto.Echo;

/**
 * HTTP/1.1 on Helidon; it has one variant.
 */
public final class HelidonHttp implements Peer {

	private static final String PATH = "/bench.Echoer/Call";

	private static final Header PROTOBUF = HeaderValues.create(HeaderNames.CONTENT_TYPE, "application/protobuf");

	@Override
	public Server serve(String variant) {
		WebServer server = WebServer.builder()
			.host("127.0.0.1")
			.port(0)
			.connectionOptions((socket) -> socket.tcpNoDelay(true))
			.routing((routing) -> routing.post(PATH, HelidonHttp::answer))
			.build()
			.start();
		return new Server() {

			@Override
			public int port() {
				return server.port();
			}

			@Override
			public void close() {
				server.stop();
			}

		};
	}

	@Override
	public Caller connect(String variant, int port, int concurrency) {
		return new Client(Http1Client.builder()
			.baseUri("http://127.0.0.1:" + port)
			.shareConnectionCache(false)
			.connectionCacheSize(Math.max(256, concurrency))
			.socketOptions((socket) -> socket.tcpNoDelay(true))
			.build());
	}

	private static void answer(ServerRequest request, ServerResponse response) throws InvalidProtocolBufferException {
		Echo echo = Echo.parseFrom(request.content().as(byte[].class));
		response.header(PROTOBUF).send(echo.toByteArray());
	}

	private static final class Client implements BlockingCaller {

		private final Http1Client client;

		private final PerPayload<Echo> requests = new PerPayload<>(
				(payload) -> Echo.newBuilder().setText(payload.text()).build());

		private Client(Http1Client client) {
			this.client = client;
		}

		@Override
		public void call(Payload payload) throws Exception {
			try (Http1ClientResponse response = this.client.post(PATH)
				.header(PROTOBUF)
				.submit(this.requests.of(payload).toByteArray())) {
				if (response.status() != Status.OK_200) {
					throw new IllegalStateException("answered with status " + response.status());
				}
				Echo answer = Echo.parseFrom(response.entity().as(byte[].class));
				if (answer.getText().length() != payload.text().length()) {
					throw new IllegalStateException("the answer is not what was sent");
				}
			}
		}

		@Override
		public void close() {
			this.client.closeResource();
		}

	}

}

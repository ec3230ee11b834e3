package io.microspring.test.service;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;

import io.microspring.call.MicroEndpoint;
import io.microspring.call.Stream;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.registry.Endpoint;
import io.microspring.registry.Registry;
import io.microspring.registry.Value;
import io.microspring.server.Handler;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.test.greeter.Request;
import io.microspring.test.greeter.Response;
import io.microspring.test.greeter.StreamRequest;
import io.microspring.test.sample.Sample;
import io.microspring.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Handlers that take and answer protobuf's messages.
 */
class ProtobufHandlerTest {

	private final Registry registry = Registry.memory();

	private final Transport transport = Transport.http();

	private Server server;

	private Client client;

	@BeforeEach
	void start() {
		this.server = Server.builder(this.registry)
			.transport(this.transport)
			.options(ServerOptions.named("greeter")
				.withAddress("127.0.0.1:0")
				.withShutdown(Duration.ZERO, Duration.ofSeconds(1)))
			.build()
			.handle(Handler.of(new Say()));
		this.server.start();
		this.server.register();
		this.client = Client.builder(this.registry).transport(this.transport).build();
	}

	@AfterEach
	void stop() {
		this.client.close();
		this.server.close();
		this.transport.close();
		this.registry.close();
	}

	@Test
	void messagesAreTakenAndAnsweredInProtobufAndJson() {
		SayClient say = this.client.proxy("greeter", SayClient.class);
		Request john = Request.newBuilder().setName("John").build();

		assertThat(say.hello(john).getMsg()).isEqualTo("Hello John");
		assertThat(say.hello(john, CallOptions.defaults().withContentType("application/json")).getMsg())
			.isEqualTo("Hello John");
		assertThat(say.hello(Request.getDefaultInstance()).getMsg()).isEqualTo("Hello ");
	}

	@Test
	void messagesAreStreamedInProtobufAndJson() {
		StreamRequest request = StreamRequest.newBuilder().setName("John").setCount(3).build();
		for (String contentType : List.of("application/protobuf", "application/json")) {
			try (Stream<StreamRequest, Response> stream = this.client.proxy("greeter", SayClient.class)
				.stream(request, CallOptions.defaults().withContentType(contentType))) {
				assertThat(stream.received()).extracting(Response::getMsg)
					.containsExactly("John 0", "John 1", "John 2");
			}
		}
	}

	@Test
	void messagesAreDescribedAsGoDescribesThem() {
		List<Endpoint> endpoints = this.server.service().endpoints();

		assertThat(endpoints).extracting(Endpoint::name).containsExactly("Say.Hello", "Say.Same", "Say.Stream");
		assertThat(endpoints.get(0).request())
			.isEqualTo(new Value("Request", "Request", List.of(leaf("name", "string"))));
		assertThat(endpoints.get(0).response())
			.isEqualTo(new Value("Response", "Response", List.of(leaf("msg", "string"))));
		assertThat(endpoints.get(2).request()).isEqualTo(
				new Value("StreamRequest", "StreamRequest", List.of(leaf("name", "string"), leaf("count", "int64"))));
		assertThat(endpoints.get(2).metadata()).containsEntry("stream", "true");
	}

	@Test
	void everyKindOfFieldIsDescribedAndRecursionEndsAtTheThirdLevel() {
		List<Value> leaves = List.of(leaf("full_name", "string"), leaf("count", "int64"), leaf("colour", "Colour"),
				leaf("data", "[]uint8"), leaf("inner", "Sample"), leaf("tags", "[]string"), leaf("scores", ""));

		Value sample = this.server.service().endpoints().get(1).request();

		assertThat(sample.values().get(4).values()).isEqualTo(leaves);
		assertThat(sample.values()).hasSameSizeAs(leaves);
		for (int i = 0; i < leaves.size(); i++) {
			assertThat(sample.values().get(i).name()).isEqualTo(leaves.get(i).name());
			assertThat(sample.values().get(i).type()).isEqualTo(leaves.get(i).type());
		}
	}

	private static Value leaf(String name, String type) {
		return new Value(name, type, List.of());
	}

	interface SayClient {

		Response hello(Request request);

		Response hello(Request request, CallOptions options);

		@MicroEndpoint(name = "Stream")
		Stream<StreamRequest, Response> stream(StreamRequest request, CallOptions options);

	}

	@SuppressWarnings("unused")
	static class Say {

		public Response hello(Request request) {
			return Response.newBuilder().setMsg("Hello " + request.getName()).build();
		}

		public Sample same(Sample sample) {
			return sample;
		}

		public Flow.Publisher<Response> stream(StreamRequest request) {
			return (subscriber) -> subscriber.onSubscribe(new Counting(request, subscriber));
		}

	}

	private static final class Counting implements Flow.Subscription {

		private final StreamRequest request;

		private final Flow.Subscriber<? super Response> subscriber;

		private long next;

		Counting(StreamRequest request, Flow.Subscriber<? super Response> subscriber) {
			this.request = request;
			this.subscriber = subscriber;
		}

		@Override
		public void request(long n) {
			if (this.next == this.request.getCount()) {
				this.subscriber.onComplete();
			}
			else {
				this.subscriber
					.onNext(Response.newBuilder().setMsg(this.request.getName() + " " + this.next++).build());
			}
		}

		@Override
		public void cancel() {
			this.next = this.request.getCount();
		}

	}

}
